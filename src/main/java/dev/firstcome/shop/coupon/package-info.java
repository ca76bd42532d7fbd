/**
 * Coupons, first come first served.
 *
 * <p>The promise: a campaign of n gives out exactly n coupons if at least n people ask, never more,
 * and at most one to each; a user who heard yes has a row, and a user who asks again gets the same
 * coupon. The gate ({@code coupon_admit.lua}) orders arrivals over all instances and keeps the
 * sold-out storm from the database; the row lock and {@link dev.firstcome.shop.coupon.Issuing}
 * decide; {@code coupons_never_over_issued} and {@code issued_coupons_one_per_user} enforce. The
 * gate may be too generous, never authoritative: what it lets in is decided again, it says "sold
 * out" only when all are committed and leaves the rest undecided, and what proves it wrong closes
 * it until it has been loaded anew. What it has lost {@link
 * dev.firstcome.shop.coupon.CouponComparison} finds. Proved in {@code IssuingTest}, {@code
 * CouponRaceIT} and {@code CouponComparisonIT}.
 *
 * <p>Knows audit and the house.
 */
@NullMarked
package dev.firstcome.shop.coupon;

import org.jspecify.annotations.NullMarked;
