/**
 * What the shop tells of itself: timers, trace ids, how long an event loop was held, and spans.
 *
 * <p>Traces, for those who ask for them: the Spring profile {@code tracing} turns them on, and
 * without it nothing here exists. Spans are Micrometer's observations, carried by the Reactor
 * context and sent by OpenTelemetry.
 *
 * <p>The promise: a request keeps its caller's trace id, which also finds the batch that carried
 * it, its Redis calls and its statements. No span holds a token, a user, an argument or a row.
 * Proved in {@code TracingIT}. Knows {@code batch} and {@code problem}.
 */
@NullMarked
package dev.firstcome.infra.observe;

import org.jspecify.annotations.NullMarked;
