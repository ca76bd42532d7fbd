package dev.firstcome.shop.drop;

import org.jspecify.annotations.Nullable;

/**
 * The terms on which a product is sold at a moment.
 *
 * @param price in won
 * @param maxPerUser units that one user may have in paid and unpaid orders; null: no limit
 * @param drop which binds the product; null: it is sold at any time
 */
public record Offer(
    long productId,
    String name,
    long price,
    boolean onSale,
    @Nullable Long maxPerUser,
    @Nullable Drop drop) {}
