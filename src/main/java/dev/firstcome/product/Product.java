package dev.firstcome.product;

import java.time.Instant;

/**
 * Something that is sold. How many there are is the business of {@code stock}.
 *
 * @param price in won
 */
public record Product(
    long id, String name, String description, long price, boolean onSale, Instant createdAt) {}
