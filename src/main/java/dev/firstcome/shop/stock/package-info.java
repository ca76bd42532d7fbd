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
 * Redis was away or came back older, {@link dev.firstcome.shop.stock.StockComparison} finds and
 * mends. The gate may be divided into partitions, each of which keeps all of this for itself; an
 * order over several holds all of its lines or gives back what it has. Its "too little" is final
 * only if the database has too little as well, which one read tells. Proved in {@code
 * StockPartitionsIT}, {@code StockScriptsIT}, {@code StockComparisonIT}, {@code FinalAnswersIT} and
 * {@code OrderRaceIT}.
 *
 * <p>An adjustment locks its products over all instances, commits, tells the gate, and lets go. It
 * would be right without that lock, as it decides from what it reads under the row locks, and is
 * done without it while Redis is away. With it, adjusters of one product wait in Redis instead of
 * with a connection each, and each one's gate is read before the next begins. If a lease is lost
 * meanwhile, {@code fence} keeps the order: it is the number of the last lease that wrote, and a
 * smaller one changes nothing, neither units nor notes, because the transaction is rolled back and
 * begun anew. Orders ask for no lease and leave the fence alone; the row lock decides between them
 * and an adjustment, and so it does beside an instance that does not know the column. Proved in
 * {@code StockFenceIT}.
 *
 * <p>Knows product, audit and the house.
 */
@NullMarked
package dev.firstcome.shop.stock;

import org.jspecify.annotations.NullMarked;
