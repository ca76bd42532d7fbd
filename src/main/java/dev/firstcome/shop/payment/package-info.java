/**
 * Payments: exactly an order's total, from its owner's points.
 *
 * <p>The promise: an order is paid once or not at all, a balance never goes below 0, and points,
 * payment and order change together, also when many payments of one order or one user arrive at
 * once on several instances; a payment happens once however often it is sent; the events about it
 * are written in the same transaction. The row locks of order and balance and {@link
 * dev.firstcome.shop.payment.Paying} decide; {@code payments_one_per_order} and {@code
 * point_balances_never_overdrawn} enforce. Proved in {@code PayingTest}, {@code PayingPropertyTest}
 * and {@code PaymentIT}.
 *
 * <p>Knows {@code order} and {@code point}, and the house. What the external data platform hears of
 * a payment is made here, and sent by {@code webhook}.
 */
@NullMarked
package dev.firstcome.shop.payment;

import org.jspecify.annotations.NullMarked;
