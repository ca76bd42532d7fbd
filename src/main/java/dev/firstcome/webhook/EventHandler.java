package dev.firstcome.webhook;

import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.outbox.Relay;
import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Violation;
import dev.firstcome.problem.Violation.Rule;
import dev.firstcome.web.Answers;
import dev.firstcome.web.Paging;
import dev.firstcome.web.PathId;
import dev.firstcome.web.Slice;
import dev.firstcome.web.TimePosition;
import dev.firstcome.webhook.EventRows.EventRow;
import java.time.Clock;
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
  private final Relay relay;
  private final Clock clock;

  EventHandler(EventRows events, Relay relay, Clock clock) {
    this.events = events;
    this.relay = relay;
    this.clock = clock;
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
    UUID id = PathId.uuid(request, "id", CommonRefusal.NOT_FOUND);
    return events
        .redeliver(id, clock.instant())
        .filter(found -> found)
        .switchIfEmpty(CommonRefusal.NOT_FOUND.asError())
        .doOnNext(found -> relay.wake(Consumer.PLATFORM))
        .flatMap(found -> Answers.accepted());
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
