/**
 * Batch lanes: hot writes share a round trip, a row lock and an fsync.
 *
 * <p>The promise: every accepted command gets exactly one answer, after its batch has committed; a
 * full lane refuses at once; one command's failure is never another's; nobody's disconnect reaches
 * the database. Argued in {@link dev.firstcome.engine.lane.BatchLane}, proved in {@code
 * BatchLaneTest}.
 *
 * <p>Knows {@code infra} and {@code refusal}.
 */
@NullMarked
package dev.firstcome.engine.lane;

import org.jspecify.annotations.NullMarked;
