package dev.firstcome.shop.order;

import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_FOUND;
import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.IdempotencyKey;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.http.security.Caller;
import dev.firstcome.refusal.Violation.Rule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class OrderHandler {

  /** Of one product in one order, on however many lines. */
  private static final long MOST_UNITS = 999;

  /** More than any order can cost. */
  private static final long MOST_WON = 1_000_000_000_000_000L;

  private final Orders orders;
  private final RequestBody body;

  OrderHandler(Orders orders, RequestBody body) {
    this.orders = orders;
    this.body = body;
  }

  Mono<ServerResponse> place(ServerRequest request) {
    String userId = Caller.of(request).userId();
    String key = IdempotencyKey.of(request).value();
    return body.read(request, NewOrder.class)
        .flatMap(
            wanted ->
                orders.place(
                    userId, key, wanted.units(), wanted.issuedCouponId, wanted.expectedTotal))
        .flatMap(
            done ->
                Answers.created(path(done.value()), OrderBody.of(done.value()), done.replayed()));
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return orders
        .find(PathId.uuid(request, "id", ORDER_NOT_FOUND), Caller.of(request).userId())
        .flatMap(order -> Answers.ok(OrderBody.of(order)));
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    TimePosition after = paging.after("orders", TimePosition::parse);
    String userId = Caller.of(request).userId();
    return orders
        .ofUserBefore(
            userId,
            Order.Status.asked(request),
            after == null ? TimePosition.NEWEST : after,
            paging.rows())
        .map(rows -> Slice.of(rows, paging, "orders", OrderHandler::position))
        .flatMap(slice -> Answers.ok(slice.map(OrderBody::of)));
  }

  Mono<ServerResponse> allowance(ServerRequest request) {
    return orders
        .allowance(Caller.of(request).userId(), PathId.number(request, "id", PRODUCT_NOT_FOUND))
        .flatMap(Answers::ok);
  }

  private static String path(Order order) {
    return "/api/v1/orders/" + order.id();
  }

  private static String position(Order order) {
    return new TimePosition(order.createdAt(), order.id()).text();
  }

  record NewLine(long productId, long quantity) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .range("productId", productId, 1, Long.MAX_VALUE)
          .range("quantity", quantity, 1, MOST_UNITS);
    }
  }

  record NewOrder(List<NewLine> items, @Nullable UUID issuedCouponId, @Nullable Long expectedTotal)
      implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks.size("items", items, 1, 50).range("expectedTotal", expectedTotal, 0, MOST_WON);
      Map<Long, Long> units = new HashMap<>();
      for (int i = 0; i < items.size(); i++) {
        NewLine line = items.get(i);
        long sum = units.merge(line.productId, line.quantity, Long::sum);
        checks.check(
            "items[" + i + "].quantity", sum <= MOST_UNITS, Rule.SUM, "maximum", MOST_UNITS);
      }
    }

    /** Lines of one product are one line. */
    SortedMap<Long, Long> units() {
      SortedMap<Long, Long> units = new TreeMap<>();
      items.forEach(line -> units.merge(line.productId, line.quantity, Long::sum));
      return units;
    }
  }
}
