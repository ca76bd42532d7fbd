/**
 * Redis, the gate and the scoreboard: one connection, scripts by digest, a time limit and a circuit
 * breaker on every call.
 *
 * <p>The promise: losing Redis costs speed, not service. A call answers or fails within its time
 * limit, nothing is repeated whose outcome is unknown, and while Redis is away a failure is
 * immediate. Knows no other room.
 */
@NullMarked
package dev.firstcome.redis;

import org.jspecify.annotations.NullMarked;
