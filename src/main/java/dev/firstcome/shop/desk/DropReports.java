package dev.firstcome.shop.desk;

import static dev.firstcome.shop.drop.DropRefusal.DROP_NOT_FOUND;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.shop.drop.RefusalCounts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * What became of drops. All administrators share a look at one. It is as dear as the drop has
 * orders, so the next comes after ten times as long: while everybody watches, a tenth of one
 * connection works for it.
 */
@Component
class DropReports {

  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final Duration FAILED = Duration.ofSeconds(5);
  private static final int REST = 10;

  /** Looks that are remembered; the one that was asked for longest ago goes first. */
  private static final int MOST = 50;

  private final DropReportSql sql;
  private final RefusalCounts refusals;
  private final Map<Long, Mono<DropReport>> looks = new LinkedHashMap<>(16, 0.75f, true);

  DropReports(DropReportSql sql, RefusalCounts refusals) {
    this.sql = sql;
    this.refusals = refusals;
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return report(PathId.number(request, "id", DROP_NOT_FOUND)).flatMap(Answers::ok);
  }

  /** Refuses with {@code DROP_NOT_FOUND}. */
  Mono<DropReport> report(long id) {
    return Mono.defer(() -> shared(id)).switchIfEmpty(DROP_NOT_FOUND.asError());
  }

  private synchronized Mono<DropReport> shared(long id) {
    Mono<DropReport> look = looks.computeIfAbsent(id, this::cached);
    if (looks.size() > MOST) {
      looks.remove(looks.keySet().iterator().next());
    }
    return look;
  }

  private Mono<DropReport> cached(long id) {
    return look(id).cache(DropReports::kept, failure -> FAILED, () -> Duration.ZERO);
  }

  private static Duration kept(DropReport report) {
    Duration rest = report.cost().multipliedBy(REST);
    return rest.compareTo(FRESH) > 0 ? rest : FRESH;
  }

  private Mono<DropReport> look(long id) {
    return sql.find(id)
        .elapsed()
        .zipWhen(
            read -> refusals.of(id),
            (read, counted) -> read.getT2().with(byCode(counted), Duration.ofMillis(read.getT1())));
  }

  private static Map<String, Long> byCode(List<Map.Entry<String, Long>> counted) {
    Map<String, Long> byCode = new TreeMap<>();
    counted.forEach(one -> byCode.put(one.getKey(), one.getValue()));
    return byCode;
  }
}
