/**
 * The distributed multi-lock: several names for one holder at a time, over all instances.
 *
 * <p>Every holder and every waiter has a ticket in one line, {@code lock_line.lua}; a ticket holds
 * its names when no ticket with a smaller number has one of them. From that follows:
 *
 * <ul>
 *   <li>All names or none, and one holder: of two tickets that share a name only the one with the
 *       smaller number can be first. Whether it is, one script decides, in which nothing else runs.
 *   <li>No deadlock: the smallest number of all holds whatever it wants, and the next number holds
 *       when that one is gone. No holder waits, because work that holds asks for nothing more.
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
 *       has ended. One compare-and-set decides which of the two it is, in {@link
 *       dev.firstcome.engine.lock.Lease}.
 * </ul>
 *
 * <p>What a lock over a network cannot promise is that its holder knows in time that it has lost
 * it: between a look at the clock and the write there is always a pause. Redis may also give a name
 * twice, when it has lost the line. So the fence, not the lock, keeps the promise, where the write
 * is. Proved in {@code MultiLockIT}, and in {@code SimulationTest} with lost replies and messages.
 */
@NullMarked
package dev.firstcome.engine.lock;

import org.jspecify.annotations.NullMarked;
