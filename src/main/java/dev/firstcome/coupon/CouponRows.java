package dev.firstcome.coupon;

import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;
import reactor.core.publisher.Flux;

/** Campaigns as they are read and made, away from the rush. */
interface CouponRows extends ReactiveCrudRepository<CouponRow, Long> {

  @Query("SELECT * FROM coupons WHERE id < :before ORDER BY id DESC LIMIT :limit")
  Flux<CouponRow> newestBefore(long before, int limit);
}
