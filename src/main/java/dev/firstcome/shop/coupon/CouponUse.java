package dev.firstcome.shop.coupon;

import java.time.Instant;
import java.util.UUID;

/** An order uses an issued coupon of its user. */
public record CouponUse(UUID issuedCouponId, String userId, UUID orderId, Instant at) {}
