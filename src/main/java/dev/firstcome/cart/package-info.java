/**
 * What a user means to order. A cart reserves nothing. Knows {@code product} and {@code stock} for
 * their refusals, and the house.
 *
 * <p>The promise: of any number of additions at once none is lost, and each is measured against the
 * stock together with what the cart has already. Proved in {@code CartIT}.
 */
@NullMarked
package dev.firstcome.cart;

import org.jspecify.annotations.NullMarked;
