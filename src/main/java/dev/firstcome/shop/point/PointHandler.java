package dev.firstcome.shop.point;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.IdempotencyKey;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.security.Caller;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class PointHandler {

  private final Points points;
  private final RequestBody body;

  PointHandler(Points points, RequestBody body) {
    this.points = points;
    this.body = body;
  }

  Mono<ServerResponse> charge(ServerRequest request) {
    String userId = Caller.of(request).userId();
    String key = IdempotencyKey.of(request).value();
    return body.read(request, ChargeRequest.class)
        .flatMap(charge -> points.charge(userId, key, charge.amount))
        .flatMap(done -> Answers.ok(BalanceBody.after(done.value()), done.replayed()));
  }

  Mono<ServerResponse> balance(ServerRequest request) {
    String userId = Caller.of(request).userId();
    return points.balance(userId).flatMap(balance -> Answers.ok(new BalanceBody(userId, balance)));
  }

  Mono<ServerResponse> history(ServerRequest request) {
    Paging paging = Paging.of(request);
    Long after = paging.after("points", Long::parseLong);
    return points
        .newestBefore(
            Caller.of(request).userId(), after == null ? Long.MAX_VALUE : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "points", row -> String.valueOf(row.seq())))
        .flatMap(slice -> Answers.ok(slice.map(EntryBody::of)));
  }

  record ChargeRequest(long amount) {}

  record BalanceBody(String userId, long balance) {

    static BalanceBody after(PointEntry entry) {
      return new BalanceBody(entry.userId(), entry.balanceAfter());
    }
  }

  record EntryBody(
      UUID id,
      PointEntry.Type type,
      long amount,
      long balanceAfter,
      @Nullable UUID orderId,
      Instant createdAt) {

    static EntryBody of(PointRow row) {
      return new EntryBody(
          row.id(), row.type(), row.amount(), row.balanceAfter(), row.orderId(), row.createdAt());
    }
  }
}
