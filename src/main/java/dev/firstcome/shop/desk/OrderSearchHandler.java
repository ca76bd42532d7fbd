package dev.firstcome.shop.desk;

import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_FOUND;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.shop.order.OrderBody;
import dev.firstcome.shop.order.Orders;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Orders as administrators find them. */
@Component
class OrderSearchHandler {

  private final OrderSearch search;
  private final Orders orders;

  OrderSearchHandler(OrderSearch search, Orders orders) {
    this.search = search;
    this.orders = orders;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    return search
        .page(OrderFilter.of(request), Paging.of(request), "admin orders")
        .flatMap(slice -> Answers.ok(slice.map(OrderBody.OfUser::of)));
  }

  Mono<ServerResponse> show(ServerRequest request) {
    UUID id = PathId.uuid(request, "id", ORDER_NOT_FOUND);
    return orders
        .all(List.of(id))
        .flatMap(found -> Mono.justOrEmpty(found.get(id)))
        .switchIfEmpty(ORDER_NOT_FOUND.asError())
        .flatMap(order -> Answers.ok(OrderBody.OfUser.of(order)));
  }
}
