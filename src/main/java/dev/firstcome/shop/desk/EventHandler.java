package dev.firstcome.shop.desk;

import static dev.firstcome.shop.desk.DeskRefusal.EVENT_NOT_FOUND;

import dev.firstcome.engine.webhook.EventStatus;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.desk.EventRows.EventRow;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class EventHandler {

  private final EventRows events;
  private final Redeliveries redeliveries;

  EventHandler(EventRows events, Redeliveries redeliveries) {
    this.events = events;
    this.redeliveries = redeliveries;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    List<EventStatus> statuses = statuses(request.queryParams().getFirst("status"));
    TimePosition after = paging.after("events", TimePosition::parse);
    return events
        .newestBefore(statuses, after == null ? TimePosition.NEWEST : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "events", EventHandler::position))
        .flatMap(slice -> Answers.ok(slice.map(EventBody::of)));
  }

  Mono<ServerResponse> redeliver(ServerRequest request) {
    UUID id = PathId.uuid(request, "id", EVENT_NOT_FOUND);
    return redeliveries
        .one(AdminRequest.of(request, "event.redeliver", id), id)
        .flatMap(AdminReply::response);
  }

  Mono<ServerResponse> redeliverAll(ServerRequest request) {
    Violations.start()
        .check(
            "status",
            "DEAD".equals(request.queryParams().getFirst("status")),
            Rule.ONE_OF,
            "allowed",
            "DEAD")
        .done();
    return redeliveries
        .allDead(AdminRequest.of(request, "event.redeliver", ""))
        .flatMap(AdminReply::response);
  }

  private static List<EventStatus> statuses(@Nullable String asked) {
    if (asked == null || asked.isEmpty()) {
      return List.of(EventStatus.values());
    }
    return Arrays.stream(EventStatus.values())
        .filter(status -> status.name().equals(asked))
        .findFirst()
        .map(List::of)
        .orElseThrow(() -> Violation.of("status", Rule.ONE_OF, "allowed", all()).refused());
  }

  private static String all() {
    return Arrays.stream(EventStatus.values()).map(Enum::name).collect(Collectors.joining(", "));
  }

  private static String position(EventRow row) {
    return new TimePosition(row.createdAt(), row.id()).text();
  }

  /**
   * @param nextAttemptAt null when there will be none
   */
  record EventBody(
      UUID id,
      String type,
      EventStatus status,
      int attempts,
      @Nullable String lastError,
      Instant createdAt,
      @Nullable Instant nextAttemptAt) {

    static EventBody of(EventRow row) {
      return new EventBody(
          row.id(),
          row.type(),
          row.status(),
          row.attempts(),
          row.lastError(),
          row.createdAt(),
          row.status() == EventStatus.PENDING ? row.nextAttemptAt() : null);
    }
  }
}
