/**
 * Products: the list, one product, and their administration. {@code stock} keeps how many there
 * are; this room reads the number with the product, and writes the first supply. Knows audit and
 * the house.
 *
 * <p>The promise: a product appears together with its stock and the record of its first supply, or
 * not at all, and reading it shows what PostgreSQL has at that moment. Proved in {@code ProductIT}.
 */
@NullMarked
package dev.firstcome.shop.product;

import org.jspecify.annotations.NullMarked;
