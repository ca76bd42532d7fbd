/**
 * Fault runs on the real thing: two instances of the shop, PostgreSQL and Redis as processes, load
 * over HTTP, faults from a seeded plan, and afterwards the clients' own records held against the
 * database. Run by {@code src/test/check faults}; {@code src/docs/guarantees.md} says what it
 * shows.
 */
@NullMarked
package dev.firstcome.faults;

import org.jspecify.annotations.NullMarked;
