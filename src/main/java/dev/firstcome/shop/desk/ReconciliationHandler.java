package dev.firstcome.shop.desk;

import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.engine.gate.Reconciliation;
import dev.firstcome.engine.gate.Reconciliation.Report;
import dev.firstcome.http.dispatch.Answers;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class ReconciliationHandler {

  private final Reconciliation consistency;

  ReconciliationHandler(Reconciliation consistency) {
    this.consistency = consistency;
  }

  /**
   * The latest result, also while Redis or PostgreSQL is down; its age says how much it is worth.
   */
  Mono<ServerResponse> show(ServerRequest request) {
    return Answers.ok(ReportBody.of(consistency.latest()));
  }

  record ReportBody(
      @Nullable Instant checkedAt, List<StockBody> stock, List<CouponBody> coupons, int repaired) {

    static ReportBody of(Report report) {
      return new ReportBody(
          report.checkedAt(),
          report.of("stock").stream().map(StockBody::of).toList(),
          report.of("coupon").stream().map(CouponBody::of).toList(),
          report.repaired());
    }
  }

  record StockBody(long productId, long redis, long database) {

    static StockBody of(Compared compared) {
      return new StockBody(compared.id(), compared.gate(), compared.database());
    }
  }

  record CouponBody(long couponId, long redis, long database) {

    static CouponBody of(Compared compared) {
      return new CouponBody(compared.id(), compared.gate(), compared.database());
    }
  }
}
