package dev.firstcome.product;

import java.time.Instant;

/**
 * Something that is sold, as one statement read it.
 *
 * @param price in won
 * @param stock units that were left at that moment
 */
public record Product(
    long id,
    String name,
    String description,
    long price,
    long stock,
    boolean onSale,
    Instant createdAt) {}
