package dev.firstcome.shop.desk;

import dev.firstcome.engine.batch.SetAside;
import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.dispatch.TimePosition;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What background jobs have set aside: rows of their own tables, and outbox events. */
@Component
class SetAsideHandler {

  private static final Comparator<Shown> NEWEST_FIRST =
      Comparator.comparing(Shown::createdAt).thenComparing(shown -> shown.id.toString()).reversed();

  private final SetAside aside;
  private final Outbox outbox;

  SetAsideHandler(SetAside aside, Outbox outbox) {
    this.aside = aside;
    this.outbox = outbox;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    TimePosition from = paging.after("set-aside", TimePosition::parse);
    TimePosition after = from == null ? TimePosition.NEWEST : from;
    return Mono.zip(
            aside.newestBefore(after.at(), after.id(), paging.rows()),
            outbox.putOffBefore(after.at(), after.id(), paging.rows()),
            (rows, events) -> merged(rows, events, paging.rows()))
        .map(all -> Slice.of(all, paging, "set-aside", Shown::position))
        .flatMap(slice -> Answers.ok(slice.map(ItemBody::of)));
  }

  private static List<Shown> merged(
      List<SetAside.Item> rows, List<Outbox.PutOff> events, int limit) {
    return Stream.concat(rows.stream().map(Shown::of), events.stream().map(Shown::of))
        .sorted(NEWEST_FIRST)
        .limit(limit)
        .toList();
  }

  /** Something that is set aside, no matter where it is kept. */
  private record Shown(
      UUID id,
      String job,
      String subject,
      int attempts,
      @Nullable String lastError,
      Instant createdAt,
      Instant nextAttemptAt) {

    static Shown of(SetAside.Item item) {
      return new Shown(
          item.id(),
          item.job(),
          item.subject(),
          item.attempts(),
          item.lastError(),
          item.createdAt(),
          item.nextAttemptAt());
    }

    static Shown of(Outbox.PutOff put) {
      return new Shown(
          put.event().id(),
          Relay.name(put.event().consumer()),
          "event:" + put.event().id(),
          put.attempts(),
          put.lastError(),
          put.event().createdAt(),
          put.nextAttemptAt());
    }

    String position() {
      return new TimePosition(createdAt, id).text();
    }
  }

  record ItemBody(
      UUID id,
      String job,
      String subject,
      int attempts,
      @Nullable String lastError,
      Instant nextAttemptAt) {

    static ItemBody of(Shown shown) {
      return new ItemBody(
          shown.id, shown.job, shown.subject, shown.attempts, shown.lastError, shown.nextAttemptAt);
    }
  }
}
