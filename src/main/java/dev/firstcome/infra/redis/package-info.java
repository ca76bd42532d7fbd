/**
 * Redis, the gate and the scoreboard: one server, what Sentinel names, or a cluster; one connection
 * to each node, scripts by digest, a time limit and a circuit breaker on every call.
 *
 * <p>The promise: losing Redis costs speed, not service. A call answers or fails within its time
 * limit, nothing is repeated whose outcome is unknown, and while Redis is away a failure is
 * immediate. Nobody but {@link dev.firstcome.infra.redis.RedisHealthCheck} finds out whether it is
 * back. Proved in {@code SilentRedisIT}.
 *
 * <p>Knows {@code infra.jobs} for its health check.
 */
@NullMarked
package dev.firstcome.infra.redis;

import org.jspecify.annotations.NullMarked;
