package dev.firstcome.shop.payment;

import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.payment.LedgerSql.Entry;
import dev.firstcome.shop.payment.LedgerSql.Position;
import dev.firstcome.shop.point.PointEntry;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * The ledger as lines of JSON. A page is read by a statement of its own, so that a slow client
 * holds no connection and one that leaves leaves nothing behind. It ends before the oldest
 * transaction that still runs, anybody's: so a reader who resumes misses nothing that commits late.
 */
@Component
class LedgerHandler {

  /** Some 60 KB: several pages may wait for the client. */
  private static final int PAGE = 250;

  private final LedgerSql sql;
  private final JsonMapper json;

  LedgerHandler(LedgerSql sql, JsonMapper json) {
    this.sql = sql;
    this.json = json;
  }

  /** An entry as it is answered. */
  record Line(
      String position,
      UUID id,
      String userId,
      PointEntry.Type type,
      long amount,
      @Nullable UUID orderId,
      @Nullable UUID paymentId,
      Instant createdAt) {

    static Line of(Entry entry) {
      return new Line(
          entry.position().text(),
          entry.id(),
          entry.userId(),
          entry.type(),
          entry.amount(),
          entry.orderId(),
          entry.paymentId(),
          entry.createdAt());
    }
  }

  Mono<ServerResponse> export(ServerRequest request) {
    Position after = after(request.queryParams().getFirst("after"));
    return sql.end().flatMap(end -> lines(after, end));
  }

  private static Position after(@Nullable String given) {
    if (given == null || given.isEmpty()) {
      return Position.START;
    }
    try {
      return Position.parse(given);
    } catch (IllegalArgumentException notOurs) {
      throw Violation.of("after", Rule.CURSOR).refused();
    }
  }

  /**
   * The first page is there before the answer begins: until then a fault is an ordinary refusal.
   */
  private Mono<ServerResponse> lines(Position after, long end) {
    return page(after, end).flatMap(first -> answer(first, end));
  }

  private Mono<ServerResponse> answer(List<Entry> first, long end) {
    Flux<byte[]> pages =
        Mono.just(first)
            .expand(page -> page.size() < PAGE ? Mono.empty() : page(last(page), end))
            .filter(page -> !page.isEmpty())
            .map(this::text);
    return ServerResponse.ok()
        .contentType(MediaType.APPLICATION_NDJSON)
        .header("Cache-Control", "no-store")
        .header("X-Accel-Buffering", "no")
        .body(
            (response, context) ->
                response.writeAndFlushWith(
                    pages.map(bytes -> Mono.just(response.bufferFactory().wrap(bytes)))));
  }

  /** Nobody cancels a statement: one that has begun ends, and gives its connection back. */
  private Mono<List<Entry>> page(Position after, long end) {
    return Mono.defer(() -> sql.page(after, end, PAGE).cache());
  }

  private static Position last(List<Entry> page) {
    return page.get(page.size() - 1).position();
  }

  private byte[] text(List<Entry> page) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream(256 * page.size());
    for (Entry entry : page) {
      lines.writeBytes(json.writeValueAsBytes(Line.of(entry)));
      lines.write('\n');
    }
    return lines.toByteArray();
  }
}
