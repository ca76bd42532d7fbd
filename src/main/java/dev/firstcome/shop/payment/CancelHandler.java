package dev.firstcome.shop.payment;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.security.Caller;
import dev.firstcome.shop.order.OrderBody;
import dev.firstcome.shop.order.OrderRefusal;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Cancelling stands here and not in order, because a paid order's points come back with it. */
@Component
class CancelHandler {

  private final Cancellations cancellations;

  CancelHandler(Cancellations cancellations) {
    this.cancellations = cancellations;
  }

  Mono<ServerResponse> cancel(ServerRequest request) {
    UUID id = PathId.uuid(request, "id", OrderRefusal.ORDER_NOT_FOUND);
    return cancellations
        .cancel(Caller.of(request).userId(), id)
        .flatMap(done -> Answers.ok(OrderBody.of(done.value()), done.replayed()));
  }
}
