/**
 * Points, the money of the shop: a balance for each user, and the ledger that explains it.
 *
 * <p>The promise: at any moment a balance is the sum of its entries, never negative and never above
 * the limit, also when many requests change it at once on several instances; a charge happens once
 * however often it is sent. The balance's row lock and {@link dev.firstcome.shop.point.Charging}
 * decide; {@code point_balances_never_overdrawn}, {@code point_balances_limit} and the primary key
 * of the ledger enforce. Proved in {@code ChargingTest}, {@code ChargingPropertyTest} and {@code
 * PointIT}.
 *
 * <p>Knows the house only.
 */
@NullMarked
package dev.firstcome.shop.point;

import org.jspecify.annotations.NullMarked;
