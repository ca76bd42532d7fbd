package dev.firstcome.shop.payment;

import java.util.UUID;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;
import reactor.core.publisher.Mono;

/** Payments as their owners read them. They are written by the lane only. */
interface PaymentRepository extends Repository<Payment, UUID> {

  @Query(
      """
      SELECT id, order_id, user_id, amount, balance_after, paid_at
      FROM payments WHERE id = :id AND user_id = :userId
      """)
  Mono<Payment> ofUser(UUID id, String userId);
}
