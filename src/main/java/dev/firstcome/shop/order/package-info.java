/**
 * Orders.
 *
 * <p>The promise: an order is made whole or not at all: its products taken, its coupon used, its
 * row written, in one transaction; one request makes one order however often it is repeated; a
 * coupon is in one live order at the most. {@link dev.firstcome.shop.order.Placing} decides, under
 * the locks of stock and coupons in that order; {@code stock_never_oversold}, {@code
 * orders_coupon_used_once} and {@code orders_pkey} enforce. Proved in {@code PlacingTest} and
 * {@code OrderRaceIT}.
 *
 * <p>Knows product, stock, coupon, cart, outbox and the house.
 */
@NullMarked
package dev.firstcome.shop.order;

import org.jspecify.annotations.NullMarked;
