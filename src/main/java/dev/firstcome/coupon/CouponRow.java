package dev.firstcome.coupon;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** A row of {@code coupons}, as Spring Data reads and writes it. */
@Table("coupons")
record CouponRow(
    @Id @Nullable Long id,
    String name,
    Discount.Type discountType,
    long discountValue,
    @Nullable Long discountMaxAmount,
    long minOrderAmount,
    long totalQuantity,
    long issuedQuantity,
    Instant issuableFrom,
    Instant issuableUntil,
    Instant validUntil,
    Instant createdAt) {

  Coupon coupon() {
    return new Coupon(
        id == null ? 0 : id,
        name,
        new Discount(discountType, discountValue, discountMaxAmount),
        minOrderAmount,
        totalQuantity,
        issuableFrom,
        issuableUntil,
        validUntil);
  }

  long remainingQuantity() {
    return totalQuantity - issuedQuantity;
  }
}
