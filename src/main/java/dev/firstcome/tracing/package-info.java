/**
 * Traces, for who asks for them: the Spring profile {@code tracing} turns them on, and without it
 * nothing here exists. Spans are Micrometer's observations, carried by the Reactor context and sent
 * by OpenTelemetry.
 *
 * <p>The promise: a request keeps its caller's trace id, and under it one finds the batch that
 * carried it, what Redis was asked and what PostgreSQL was told; no span holds a token, a user, an
 * argument or a row. Proved in {@code TracingIT}. Knows {@code batch} and {@code problem}.
 */
@NullMarked
package dev.firstcome.tracing;

import org.jspecify.annotations.NullMarked;
