/**
 * How the shop says no: an enum of refusals in each room, one exception that carries them, and the
 * names that make a request repeatable.
 *
 * <p>The promise: a refusal is a value, costs no stack trace, and had no effect. It knows no
 * driver, no store and no other room.
 */
@NullMarked
package dev.firstcome.refusal;

import org.jspecify.annotations.NullMarked;
