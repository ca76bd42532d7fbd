package dev.firstcome.shop.payment;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.payment.Paying.PayOrder;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of paying. The locks are those of the order and of the balance. */
@Component
class PaymentSql {

  private static final String EXISTING =
      """
      SELECT clock_timestamp() AS now, id, order_id, user_id, amount, balance_after, paid_at
      FROM (SELECT) AS always LEFT JOIN payments ON id = ANY($1)
      """;

  private static final String WRITE =
      """
      INSERT INTO payments (id, order_id, user_id, amount, balance_after, paid_at)
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[],
                           $6::timestamptz[])
      """;

  /** Those of the payments asked for that exist already, and PostgreSQL's clock. */
  Mono<Session.Dated<Payment>> existing(Session session, List<PayOrder> pays) {
    return session.dated(EXISTING, PaymentSql::payment, (Object) uuids(pays, PayOrder::id));
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
