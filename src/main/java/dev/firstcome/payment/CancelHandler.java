package dev.firstcome.payment;

import dev.firstcome.order.OrderBody;
import dev.firstcome.order.OrderRefusal;
import dev.firstcome.security.Caller;
import dev.firstcome.web.Answers;
import dev.firstcome.web.PathId;
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
        .flatMap(
            done -> Answers.ok(OrderBody.of(done.value(), cancellations.now()), done.replayed()));
  }
}
