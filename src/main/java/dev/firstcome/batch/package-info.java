/**
 * Batch lanes: hot writes share a round trip, a row lock and an fsync.
 *
 * <p>The promise: every accepted command gets exactly one answer, after its batch has committed; a
 * full lane refuses at once; one command's failure is never another's; nobody's disconnect reaches
 * the database. Argued in {@link dev.firstcome.batch.BatchLane}, proved in {@code BatchLaneTest}.
 *
 * <p>And loops: what an instance does without being asked, woken by commits and by a timer, never
 * twice at once, with a pause that grows while it fails. Proved in {@code LoopTest}.
 *
 * <p>Knows {@code problem} only.
 */
@NullMarked
package dev.firstcome.batch;

import org.jspecify.annotations.NullMarked;
