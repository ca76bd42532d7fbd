/**
 * What is sold: the list, the single product, and their administration. How many there are is kept
 * by {@code stock}; this room reads the number along and makes the first one. Knows the house only.
 *
 * <p>The promise: a product appears together with its stock and the record of its first supply, or
 * not at all, and what is read of it is what PostgreSQL says at that moment. Proved in {@code
 * ProductIT}.
 */
@NullMarked
package dev.firstcome.product;

import org.jspecify.annotations.NullMarked;
