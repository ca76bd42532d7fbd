package dev.firstcome.shop.payment;

import static dev.firstcome.shop.payment.PaymentRefusal.PAYMENT_NOT_FOUND;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.IdempotencyKey;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.security.Caller;
import java.time.Instant;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class PaymentHandler {

  private final Payments payments;
  private final RequestBody body;

  PaymentHandler(Payments payments, RequestBody body) {
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
