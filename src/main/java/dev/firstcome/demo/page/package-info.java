/**
 * The live page at {@code /}: a storefront for the whole flow, and a board that shows a drop as it
 * happens. A client of the public API like any other, made of static files without a build step;
 * only the board has a stream of its own. Off unless {@code firstcome.page.enabled} says otherwise.
 *
 * <p>The promise: no request leaves the origin, nothing is inline, everything works by keyboard and
 * in both languages. Proved in {@code PageIT} and, in a real browser, {@code src/test/check
 * browser}.
 *
 * <p>Knows products and the house.
 */
@NullMarked
package dev.firstcome.demo.page;

import org.jspecify.annotations.NullMarked;
