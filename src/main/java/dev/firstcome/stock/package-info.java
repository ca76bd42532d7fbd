/**
 * Stock that is never oversold.
 *
 * <p>The promise: of a product with n units, orders take at most n, all lines of an order or none,
 * and what no order took can be sold to the next. {@code stock_reserve.lua} admits in order of
 * arrival; the row lock and the order's decision decide; {@code stock_never_oversold} enforces.
 *
 * <p>The gate may be too generous: the database refuses, and the product is loaded anew. It is
 * never too strict for long: a reservation is released after a refusal; the load subtracts only
 * what is held and not yet in the quantity that it read, both from one snapshot; and a raised stock
 * takes away the token of every load that may not have seen it. What is wrong all the same, after
 * Redis was away or came back older, {@link dev.firstcome.stock.StockComparison} finds and mends.
 * Proved in {@code StockScriptsIT}, {@code StockComparisonIT} and {@code OrderRaceIT}.
 *
 * <p>Knows product and the house.
 */
@NullMarked
package dev.firstcome.stock;

import org.jspecify.annotations.NullMarked;
