/**
 * Connections: how many there are, how slowly a client may send and read, and how a shutdown says
 * goodbye. Nothing here knows what a request asks for.
 *
 * <p>The promise: a slow or silent client is cut off within a bounded time and costs only itself.
 * Proved in {@code SlowClientHttpTest} and {@code ConnectionHttpTest}.
 */
@NullMarked
package dev.firstcome.http.guard;

import org.jspecify.annotations.NullMarked;
