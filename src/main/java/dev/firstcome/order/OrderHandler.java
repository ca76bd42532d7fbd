package dev.firstcome.order;

import static dev.firstcome.order.OrderRefusal.ORDER_NOT_FOUND;

import dev.firstcome.security.Caller;
import dev.firstcome.web.Answers;
import dev.firstcome.web.Body;
import dev.firstcome.web.Checks;
import dev.firstcome.web.IdempotencyKey;
import dev.firstcome.web.Paging;
import dev.firstcome.web.PathId;
import dev.firstcome.web.Slice;
import dev.firstcome.web.TimePosition;
import dev.firstcome.web.Valid;
import java.util.List;
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

  private final Orders orders;
  private final Body body;

  OrderHandler(Orders orders, Body body) {
    this.orders = orders;
    this.body = body;
  }

  Mono<ServerResponse> place(ServerRequest request) {
    String userId = Caller.of(request).userId();
    String key = IdempotencyKey.of(request).value();
    return body.read(request, NewOrder.class)
        .flatMap(wanted -> orders.place(userId, key, wanted.units(), wanted.issuedCouponId))
        .flatMap(
            done -> Answers.created(path(done.value()), answer(done.value()), done.replayed()));
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return orders
        .find(PathId.uuid(request, "id", ORDER_NOT_FOUND), Caller.of(request).userId())
        .flatMap(order -> Answers.ok(answer(order)));
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    TimePosition after = paging.after("orders", TimePosition::parse);
    String userId = Caller.of(request).userId();
    return orders
        .ofUserBefore(userId, after == null ? TimePosition.NEWEST : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "orders", OrderHandler::position))
        .flatMap(slice -> Answers.ok(slice.map(this::answer)));
  }

  private OrderBody answer(Order order) {
    return OrderBody.of(order, orders.now());
  }

  private static String path(Order order) {
    return "/api/v1/orders/" + order.id();
  }

  private static String position(Order order) {
    return new TimePosition(order.createdAt(), order.id()).text();
  }

  record NewLine(long productId, long quantity) implements Valid {

    @Override
    public void validate(Checks checks) {
      checks.range("productId", productId, 1, Long.MAX_VALUE).range("quantity", quantity, 1, 999);
    }
  }

  record NewOrder(List<NewLine> items, @Nullable UUID issuedCouponId) implements Valid {

    @Override
    public void validate(Checks checks) {
      checks.size("items", items, 1, 50);
    }

    /** Lines of one product are one line. */
    SortedMap<Long, Long> units() {
      SortedMap<Long, Long> units = new TreeMap<>();
      items.forEach(line -> units.merge(line.productId, line.quantity, Long::sum));
      return units;
    }
  }
}
