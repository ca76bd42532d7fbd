/**
 * One gate, with stock and coupons as its two users: reserve, settle, sweep, reconcile.
 *
 * <p>What an {@link dev.firstcome.engine.gate.Attempt} holds is confirmed after its commit, given
 * back at once if nothing was committed for certain, and otherwise left. {@link
 * dev.firstcome.engine.gate.GateSweeps} asks the database about what was left. {@link
 * dev.firstcome.engine.gate.Reconciliation} holds every {@link dev.firstcome.engine.gate.Gate}
 * against the database all the time: whatever one has lost, or was told twice, or got back from an
 * old snapshot, it ends with what PostgreSQL has, and nobody has to notice it first. PostgreSQL is
 * only read here, so no sale is ever undone.
 *
 * <p>A look is exact or silent: it speaks of a product or campaign only if nothing moved it at the
 * gate between the two calls around the snapshot, and if no reservation of it is about to end. That
 * is enough. A gate that is too strict refuses, so what it is too strict with falls quiet, and the
 * comparison speaks. A gate that is too generous lets in what PostgreSQL refuses, and that closes
 * it; what still sells needs no repair.
 *
 * <p>A stock gate that is too generous is corrected at once. Every other difference is repaired
 * when it has been seen twice, as long apart as a lane holds a command at the most, and no further
 * than it was seen both times: an order that was decided without the gate may have been under way.
 * So a repair never makes a gate more generous than the truth. A campaign is repaired by being
 * loaded anew.
 *
 * <p>What is not seen: a campaign in which as many holders are missing as there are who have none.
 * It gives out as many as it should, but tells those who are missing "sold out" when they ask
 * again. No single loss does that: the holders and who of them is held are written together.
 *
 * <p>Proved in {@code ReconciliationIT}, {@code TwoInstancesIT}, {@code StockComparisonIT}, {@code
 * CouponComparisonIT}, {@code FinalAnswersIT} and {@code DriftHistoryTest}. Knows {@code infra},
 * and of {@code lane} the deadline.
 */
@NullMarked
package dev.firstcome.engine.gate;

import org.jspecify.annotations.NullMarked;
