/**
 * How much one user, and one address, may write.
 *
 * <p>The promise: a client that writes in a loop is refused, cheaply, and nobody else notices. An
 * instance decides at once by buckets of its own; what the heaviest writers took is reported to
 * Redis afterwards, and what they took elsewhere is learned there, so that all instances together
 * keep one limit. While Redis is away each keeps its own. Proved in {@code SharedLimitIT}, {@code
 * WriteLimitFilterTest} and {@code LimitHttpTest}. Knows {@code web}, {@code security}, {@code
 * problem}, {@code redis}, and {@code batch} for its loop.
 */
@NullMarked
package dev.firstcome.http.admission;

import org.jspecify.annotations.NullMarked;
