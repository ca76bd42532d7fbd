/**
 * Redis, the gate and the scoreboard: one server, what Sentinel names, or a cluster; one connection
 * to each node, scripts by digest, a time limit and a circuit breaker on every call.
 *
 * <p>The promise: losing Redis costs speed, not service. A call answers or fails within its time
 * limit, nothing is repeated whose outcome is unknown, and while Redis is away a failure is
 * immediate. Nobody but {@link dev.firstcome.redis.Pulse} finds out whether it is back. Proved in
 * {@code SilentRedisIT}.
 *
 * <p>And {@link dev.firstcome.redis.MultiLock}: several names for one holder at a time, over all
 * instances. Everybody who holds or waits has a ticket in one line, {@code lock_line.lua}; a ticket
 * holds its names when no ticket with a smaller number has one of them. From that follows:
 *
 * <ul>
 *   <li>All names or none, and one holder: of two tickets that share a name only the one with the
 *       smaller number can be first. Whether it is, one script decides, in which nothing else runs.
 *   <li>No deadlock: whoever has the smallest number of all holds, whatever it wants, and the
 *       number after that when it is gone. Nobody who holds waits, because work that holds asks for
 *       nothing more.
 *   <li>Nobody starves: numbers only rise, so nobody comes to stand before a ticket, and those
 *       before it end, by themselves or by their time.
 *   <li>The number is a fence: the next holder of a name stood behind the last one. It exceeds the
 *       number given last, Redis's clock in microseconds and all that this instance has seen. So it
 *       rises after Redis has lost the line, as numbers are given more slowly than microseconds
 *       pass; if a clock was set back, until some write meets the greater fence in PostgreSQL,
 *       which is then seen.
 *   <li>The dead hold up nobody for longer than a lease: a ticket that is not renewed goes, and
 *       each script sees to that before anything else.
 *   <li>A cancelled wait leaves; work that was cancelled is not, and its ticket is renewed until it
 *       has ended. Which of the two it is one compare-and-set decides, in {@link
 *       dev.firstcome.redis.Lease}.
 * </ul>
 *
 * <p>What a lock over a network cannot promise is that its holder knows in time that it has lost
 * it: between a look at the clock and the write there is always a pause. Redis may also give a name
 * twice, when it has lost the line. So the fence, not the lock, keeps the promise, where the write
 * is. Proved in {@code MultiLockIT}, and in {@code SimulationTest} with lost replies and messages.
 *
 * <p>Knows {@code batch} for its loops.
 */
@NullMarked
package dev.firstcome.redis;

import org.jspecify.annotations.NullMarked;
