/**
 * The outbox: what is to happen after a commit, written in the same transaction, and the relay that
 * sees to it.
 *
 * <p>The promise: an event whose transaction has committed is delivered, whatever happens to the
 * process; a consumer whose whole effect is in PostgreSQL has it exactly once, any other at least
 * once; no consumer waits for another, and no event for a poisonous one. Proved in {@code RelayIT}.
 *
 * <p>Knows {@code database} and {@code batch}; no room of the shop. Consumers come to it.
 */
@NullMarked
package dev.firstcome.engine.outbox;

import org.jspecify.annotations.NullMarked;
