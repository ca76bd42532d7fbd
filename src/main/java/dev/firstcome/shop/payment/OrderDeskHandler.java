package dev.firstcome.shop.payment;

import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_FOUND;

import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.payment.Refunding.RefundOrder;
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
class OrderDeskHandler {

  private static final long MOST_UNITS = 999;

  private final OrderDesk desk;
  private final RequestBody body;

  OrderDeskHandler(OrderDesk desk, RequestBody body) {
    this.desk = desk;
    this.body = body;
  }

  Mono<ServerResponse> cancel(ServerRequest request) {
    UUID order = PathId.uuid(request, "id", ORDER_NOT_FOUND);
    return desk.cancel(AdminRequest.of(request, "order.cancel", order), order)
        .flatMap(AdminReply::response);
  }

  Mono<ServerResponse> refund(ServerRequest request) {
    UUID order = PathId.uuid(request, "id", ORDER_NOT_FOUND);
    AdminRequest asked = AdminRequest.named(request, "order.refund", order);
    return body.read(request, NewRefund.class)
        .flatMap(wanted -> desk.refund(asked.asking(wanted), wanted.of(order, asked)))
        .flatMap(AdminReply::response);
  }

  record Units(long productId, long quantity) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .range("productId", productId, 1, Long.MAX_VALUE)
          .range("quantity", quantity, 1, MOST_UNITS);
    }
  }

  /**
   * @param items null: all that is left; lines of one product are one line
   * @param restock whether the units can be sold again
   */
  record NewRefund(@Nullable List<Units> items, boolean restock, String reason)
      implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      if (items != null) {
        checks.size("items", items, 1, 50);
      }
      checks.length("reason", reason, 1, 200);
    }

    RefundOrder of(UUID order, AdminRequest asked) {
      return new RefundOrder(asked.id(), order, units(), restock, reason, asked.actor());
    }

    private @Nullable SortedMap<Long, Long> units() {
      if (items == null) {
        return null;
      }
      SortedMap<Long, Long> units = new TreeMap<>();
      items.forEach(line -> units.merge(line.productId, line.quantity, Long::sum));
      return units;
    }
  }
}
