/**
 * Redis, the gate and the scoreboard: one connection, scripts by digest, a time limit and a circuit
 * breaker on every call.
 *
 * <p>The promise: losing Redis costs speed, not service. A call answers or fails within its time
 * limit, nothing is repeated whose outcome is unknown, and while Redis is away a failure is
 * immediate. Nobody but {@link dev.firstcome.redis.Pulse} finds out whether it is back. Proved in
 * {@code SilentRedisIT}. Knows {@code batch} for its loop.
 */
@NullMarked
package dev.firstcome.redis;

import org.jspecify.annotations.NullMarked;
