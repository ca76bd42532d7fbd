package dev.firstcome.shop.cart;

import java.util.UUID;

/** An order wants a product, which may be in its user's cart. */
public record CartUse(UUID orderId, String userId, long productId) {}
