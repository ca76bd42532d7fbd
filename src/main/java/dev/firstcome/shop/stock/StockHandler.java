package dev.firstcome.shop.stock;

import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class StockHandler {

  private final StockAdjustments adjustments;
  private final RequestBody body;

  StockHandler(StockAdjustments adjustments, RequestBody body) {
    this.adjustments = adjustments;
    this.body = body;
  }

  Mono<ServerResponse> adjust(ServerRequest request) {
    AdminRequest asked = AdminRequest.named(request, "stock.adjust", "");
    return body.read(request, Adjustment.class)
        .flatMap(wanted -> adjustments.adjust(asked.asking(wanted), wanted))
        .flatMap(AdminReply::response);
  }

  record Adjustment(List<Line> items, String reason) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks.size("items", items, 1, 50).length("reason", reason, 1, 200);
    }
  }

  /**
   * @param delta units that come in, or go if negative
   */
  record Line(long productId, long delta) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .check("delta", delta != 0, Rule.NOT_ZERO)
          .range("delta", delta, -Adjusting.MOST_UNITS, Adjusting.MOST_UNITS);
    }
  }

  record Adjusted(List<Level> items) {

    static Adjusted of(Map<Long, Long> levels) {
      return new Adjusted(
          levels.entrySet().stream().map(e -> new Level(e.getKey(), e.getValue())).toList());
    }
  }

  record Level(long productId, long stock) {}
}
