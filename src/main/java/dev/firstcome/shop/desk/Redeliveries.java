package dev.firstcome.shop.desk;

import static dev.firstcome.shop.desk.DeskRefusal.EVENT_NOT_FOUND;
import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.engine.webhook.EventStatus;
import dev.firstcome.shop.audit.AdminAnswer;
import dev.firstcome.shop.audit.AdminChange;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AdminWrites;
import dev.firstcome.shop.desk.EventRows.Progress;
import dev.firstcome.shop.desk.EventRows.Redelivered;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Makes events due again. */
@Component
class Redeliveries {

  /** Rows of one transaction. */
  private static final int AT_ONCE = 1000;

  /** An event that dies again meanwhile is found again, but not for ever. */
  private static final int MOST_STEPS = 1000;

  private final EventRows events;
  private final Relay relay;
  private final AdminWrites writes;
  private final JsonMapper json;

  Redeliveries(EventRows events, Relay relay, AdminWrites writes, JsonMapper json) {
    this.events = events;
    this.relay = relay;
    this.writes = writes;
    this.json = json;
  }

  record Count(long count) {}

  /**
   * @return refuses with {@code EVENT_NOT_FOUND}
   */
  Mono<AdminReply> one(AdminRequest request, UUID id) {
    return writes.once(request, change -> one(change, id)).doOnNext(done -> wake());
  }

  private Mono<AdminAnswer> one(AdminChange change, UUID id) {
    return events
        .redeliver(change.session(), id)
        .filter(found -> !found.isEmpty())
        .switchIfEmpty(EVENT_NOT_FOUND.asError())
        .doOnNext(found -> note(change, found))
        .map(found -> AdminAnswer.accepted(null));
  }

  /**
   * All dead ones, so many in a transaction. Each of these is a step of the request, named by its
   * key: a repetition finds the steps that are done and goes on with the others.
   */
  Mono<AdminReply> allDead(AdminRequest request) {
    return Flux.range(0, MOST_STEPS)
        .concatMap(step -> writes.once(request.step(step), this::some))
        .takeUntil(done -> count(done) < AT_ONCE)
        .reduce(this::sum)
        .doOnNext(done -> wake());
  }

  private Mono<AdminAnswer> some(AdminChange change) {
    return events
        .redeliver(change.session(), EventStatus.DEAD, AT_ONCE)
        .doOnNext(found -> note(change, found))
        .map(found -> AdminAnswer.accepted(new Count(found.size())));
  }

  private static void note(AdminChange change, List<Redelivered> events) {
    events.forEach(
        event -> change.note("event:" + event.id(), event.before(), Progress.NONE, null));
  }

  private long count(AdminReply reply) {
    return json.readValue(requireNonNull(reply.body()), Count.class).count();
  }

  private AdminReply sum(AdminReply one, AdminReply other) {
    String both = json.writeValueAsString(new Count(count(one) + count(other)));
    return new AdminReply(one.status(), null, null, both, one.replayed() && other.replayed());
  }

  private void wake() {
    relay.wake(Consumer.PLATFORM);
  }
}
