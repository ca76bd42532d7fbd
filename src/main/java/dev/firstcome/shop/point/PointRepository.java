package dev.firstcome.shop.point;

import java.util.UUID;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Balances and histories as their owners read them. The ledger is written by lanes only. */
interface PointRepository extends Repository<PointRow, UUID> {

  @Query("SELECT balance FROM point_balances WHERE user_id = :userId")
  Mono<Long> balance(String userId);

  @Query(
      """
      SELECT id, seq, type, amount, balance_after, order_id, created_at
      FROM point_entries WHERE user_id = :userId AND seq < :before
      ORDER BY seq DESC LIMIT :limit
      """)
  Flux<PointRow> newestBefore(String userId, long before, int limit);
}
