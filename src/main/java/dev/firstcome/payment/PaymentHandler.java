package dev.firstcome.payment;

import static dev.firstcome.payment.PaymentRefusal.PAYMENT_NOT_FOUND;

import dev.firstcome.batch.Verdict;
import dev.firstcome.security.Caller;
import dev.firstcome.web.Answers;
import dev.firstcome.web.Body;
import dev.firstcome.web.IdempotencyKey;
import dev.firstcome.web.PathId;
import java.time.Instant;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class PaymentHandler {

  private final Payments payments;
  private final Body body;

  PaymentHandler(Payments payments, Body body) {
    this.payments = payments;
    this.body = body;
  }

  Mono<ServerResponse> pay(ServerRequest request) {
    String userId = Caller.of(request).userId();
    String key = IdempotencyKey.of(request).value();
    return body.read(request, PayRequest.class)
        .flatMap(pay -> payments.pay(userId, key, pay.orderId))
        .flatMap(PaymentHandler::created);
  }

  Mono<ServerResponse> show(ServerRequest request) {
    UUID id = PathId.uuid(request, "id", PAYMENT_NOT_FOUND);
    return payments
        .find(id, Caller.of(request).userId())
        .flatMap(payment -> Answers.ok(PaymentBody.of(payment)));
  }

  private static Mono<ServerResponse> created(Verdict.Done<Payment> done) {
    PaymentBody payment = PaymentBody.of(done.value());
    return Answers.created("/api/v1/payments/" + payment.id, payment, done.replayed());
  }

  record PayRequest(UUID orderId) {}

  /**
   * @param balance what the user had left after it
   */
  record PaymentBody(UUID id, UUID orderId, long amount, long balance, Instant paidAt) {

    static PaymentBody of(Payment payment) {
      return new PaymentBody(
          payment.id(),
          payment.orderId(),
          payment.amount(),
          payment.balanceAfter(),
          payment.paidAt());
    }
  }
}
