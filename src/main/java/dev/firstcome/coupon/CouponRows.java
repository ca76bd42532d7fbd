package dev.firstcome.coupon;

import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;
import reactor.core.publisher.Flux;

/** Campaigns as they are read and made, away from the rush. */
interface CouponRows extends ReactiveCrudRepository<CouponRow, Long> {

  @Query(
      """
      SELECT id, name, discount_type, discount_value, discount_max_amount, min_order_amount,
        total_quantity, issued_quantity, issuable_from, issuable_until, valid_until, created_at
      FROM coupons WHERE id < :before ORDER BY id DESC LIMIT :limit
      """)
  Flux<CouponRow> newestBefore(long before, int limit);
}
