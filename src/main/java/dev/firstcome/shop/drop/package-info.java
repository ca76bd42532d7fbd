/**
 * Drops: products that are sold together from a moment on, and an operator's hand on that.
 *
 * <p>The promise: a product of a drop is sold only while the drop is open, by PostgreSQL's clock,
 * and after a change was answered nothing is committed that it forbids. A change locks the stock of
 * the products first, an order reads {@link dev.firstcome.shop.drop.Offers} under that lock. Proved
 * in {@code DropIT} and {@code DropRaceIT}.
 *
 * <p>Knows product, stock, audit and the house.
 */
@NullMarked
package dev.firstcome.shop.drop;

import org.jspecify.annotations.NullMarked;
