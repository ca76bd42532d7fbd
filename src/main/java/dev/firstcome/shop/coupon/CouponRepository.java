package dev.firstcome.shop.coupon;

import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Campaigns as they are read, away from the rush. */
interface CouponRepository extends Repository<CouponRow, Long> {

  Mono<CouponRow> findById(long id);

  @Query(
      """
      SELECT id, name, discount_type, discount_value, discount_max_amount, min_order_amount,
        total_quantity, issued_quantity, issuable_from, issuable_until, valid_until, paused,
        created_at, version
      FROM coupons WHERE id < :before ORDER BY id DESC LIMIT :limit
      """)
  Flux<CouponRow> newestBefore(long before, int limit);
}
