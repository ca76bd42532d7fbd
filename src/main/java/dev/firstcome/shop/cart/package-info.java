/**
 * What a user means to order. A cart reserves nothing. Knows {@code product} and {@code stock} for
 * their refusals, and the house.
 *
 * <p>The promise: of any number of additions at once none is lost, and each is measured against the
 * stock together with what the cart has already. What an order found in its user's cart leaves it
 * after the order, exactly once; what is put there at the same moment may be meant for the next
 * order, and stays. Proved in {@code CartIT} and {@code CartCleanerIT}.
 */
@NullMarked
package dev.firstcome.shop.cart;

import org.jspecify.annotations.NullMarked;
