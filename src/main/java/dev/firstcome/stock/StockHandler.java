package dev.firstcome.stock;

import dev.firstcome.problem.Violation.Rule;
import dev.firstcome.security.Caller;
import dev.firstcome.web.Answers;
import dev.firstcome.web.Body;
import dev.firstcome.web.Checks;
import dev.firstcome.web.Valid;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class StockHandler {

  private final StockAdjustments adjustments;
  private final Body body;

  StockHandler(StockAdjustments adjustments, Body body) {
    this.adjustments = adjustments;
    this.body = body;
  }

  Mono<ServerResponse> adjust(ServerRequest request) {
    String by = Caller.of(request).userId();
    return body.read(request, Adjustment.class)
        .flatMap(wanted -> adjustments.adjust(wanted.items, wanted.reason, by))
        .flatMap(levels -> Answers.ok(Adjusted.of(levels)));
  }

  record Adjustment(List<Line> items, String reason) implements Valid {

    @Override
    public void validate(Checks checks) {
      checks.size("items", items, 1, 50).length("reason", reason, 1, 200);
    }
  }

  /**
   * @param delta units that come in, or go if negative
   */
  record Line(long productId, long delta) implements Valid {

    @Override
    public void validate(Checks checks) {
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
