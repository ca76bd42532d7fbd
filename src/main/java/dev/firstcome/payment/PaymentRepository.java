package dev.firstcome.payment;

import static dev.firstcome.database.Columns.instants;
import static dev.firstcome.database.Columns.longs;
import static dev.firstcome.database.Columns.texts;
import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Session;
import dev.firstcome.payment.Paying.Pay;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of paying. The locks are those of the order and of the balance. */
@Component
class PaymentRepository {

  private static final String EXISTING =
      """
      SELECT id, order_id, user_id, amount, balance_after, paid_at
      FROM payments WHERE id = ANY($1)
      """;

  private static final String WRITE =
      """
      INSERT INTO payments (id, order_id, user_id, amount, balance_after, paid_at)
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[],
                           $6::timestamptz[])
      """;

  /** Those of the payments asked for that exist already, by id. */
  Mono<Map<UUID, Payment>> existing(Session session, List<Pay> pays) {
    return session
        .list(EXISTING, PaymentRepository::payment, (Object) uuids(pays, Pay::id))
        .map(rows -> rows.stream().collect(Collectors.toMap(Payment::id, p -> p)));
  }

  Mono<Void> write(Session session, List<Payment> payments) {
    return session
        .update(
            WRITE,
            uuids(payments, Payment::id),
            uuids(payments, Payment::orderId),
            texts(payments, Payment::userId),
            longs(payments, Payment::amount),
            longs(payments, Payment::balanceAfter),
            instants(payments, Payment::paidAt))
        .then();
  }

  private static Payment payment(Readable row) {
    return new Payment(
        row.get("id", UUID.class),
        row.get("order_id", UUID.class),
        row.get("user_id", String.class),
        row.get("amount", Long.class),
        row.get("balance_after", Long.class),
        row.get("paid_at", Instant.class));
  }
}
