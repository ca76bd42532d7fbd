package dev.firstcome.shop.coupon;

import dev.firstcome.http.dispatch.EntityTag;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** A row of {@code coupons}, as Spring Data reads it. */
@Table("coupons")
record CouponRow(
    @Id long id,
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
    boolean paused,
    Instant createdAt,
    long version) {

  Campaign coupon() {
    return new Campaign(
        id,
        name,
        new Discount(discountType, discountValue, discountMaxAmount),
        minOrderAmount,
        totalQuantity,
        issuableFrom,
        issuableUntil,
        validUntil,
        paused);
  }

  EntityTag tag() {
    return new EntityTag(version);
  }
}
