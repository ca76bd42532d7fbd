package dev.firstcome.shop.line;

import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.observe.LogLimit;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.line.Admitting.Step;
import dev.firstcome.shop.line.LineSql.Due;
import dev.firstcome.shop.line.LineSql.Moving;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Opens lines, shuffles them, moves their cursors. Every instance tries, in turn with the others on
 * the line's row: what a step grants counts from the step before it, whichever instance made that.
 */
@Component
class LineMover {

  private static final Logger log = LoggerFactory.getLogger(LineMover.class);

  /** Tickets that one statement numbers: those who leave meanwhile wait for it. */
  private static final int SHUFFLED = 5_000;

  private final LineSql lines;
  private final TicketSql tickets;
  private final Presence presence;
  private final Database database;
  private final Lanes lanes;
  private final Duration notMovedFor;
  private final Counter admitted;
  private final Counter passed;
  private final Counter expired;
  private final Counter failed;
  private final LogLimit troubles = new LogLimit(log);

  LineMover(
      LineSql lines,
      TicketSql tickets,
      Presence presence,
      Database database,
      Lanes lanes,
      LineSettings settings,
      PeriodicJobs jobs,
      MeterRegistry meters) {
    this.lines = lines;
    this.tickets = tickets;
    this.presence = presence;
    this.database = database;
    this.lanes = lanes;
    this.notMovedFor = settings.interval().dividedBy(2);
    this.admitted = counter(meters, "admitted");
    this.passed = counter(meters, "passed");
    this.expired = counter(meters, "expired");
    this.failed = counter(meters, "failed");
    jobs.add("line", settings.interval(), Mono.defer(this::turn));
  }

  /** What lines did: admissions, users passed over, admissions that were over, failed steps. */
  static Counter counter(MeterRegistry meters, String what) {
    return Counter.builder("firstcome.line")
        .description("users admitted or passed over, admissions over, polls unheard, failed steps")
        .tag("what", what)
        .register(meters);
  }

  /** What was heard is written down before anybody is passed over. */
  Mono<Boolean> turn() {
    return presence.tell().zipWhen(more -> moveAll(), (more, moved) -> more || moved);
  }

  /** One line that cannot be moved holds up no other. */
  private Mono<Boolean> moveAll() {
    return lines
        .due(notMovedFor)
        .flatMapMany(Flux::fromIterable)
        .concatMap(line -> move(line).onErrorResume(failure -> Mono.just(failed(line, failure))))
        .reduce(false, Boolean::logicalOr);
  }

  private boolean failed(Due line, Throwable failure) {
    failed.increment();
    troubles.warn("line of drop {}: {}", line.dropId(), failure.toString());
    return false;
  }

  private Mono<Boolean> move(Due line) {
    long drop = line.dropId();
    // A ticket that somebody has locked stops its shuffle, and nobody in front of it.
    Mono<Boolean> numbering =
        line.shuffled()
            ? Mono.just(false)
            : open(drop).onErrorResume(failure -> Mono.just(failed(line, failure)));
    return numbering.delayUntil(more -> step(drop));
  }

  /**
   * Short steps, each of which any instance may repeat: the line counts those from before the
   * opening, the shuffle numbers some of them, from the front, the seed is published. Emits whether
   * there is more.
   */
  private Mono<Boolean> open(long dropId) {
    return database
        .transaction(
            session ->
                lines
                    .lock(session, List.of(dropId))
                    .then(Mono.defer(() -> lines.find(session, dropId)))
                    .flatMap(at -> lines.grow(session, opened(at))))
        .then(Mono.defer(() -> database.transaction(s -> tickets.shuffle(s, dropId, SHUFFLED))))
        .filterWhen(numbered -> publish(dropId, numbered))
        .hasElement();
  }

  /** Once none is left without a number. Emits whether there is more to do. */
  private Mono<Boolean> publish(long dropId, long numbered) {
    return numbered == SHUFFLED
        ? Mono.just(true)
        : lines.shuffled(dropId).map(published -> published > 0);
  }

  private static List<Line> opened(Moving at) {
    Line opened = at.line().openedBy(at.now());
    return opened.equals(at.line()) ? List.of() : List.of(opened);
  }

  private Mono<Void> step(long dropId) {
    return database
        .transaction(
            session ->
                lines
                    .lock(session, List.of(dropId))
                    .filter(locked -> !locked.isEmpty())
                    .flatMap(locked -> tickets.expire(session, dropId, Admitting.MOST))
                    .doOnNext(expired::increment)
                    .flatMap(ended -> lines.find(session, dropId))
                    .flatMap(at -> step(session, at)))
        .doOnNext(this::count)
        .then();
  }

  private Mono<Step> step(Session session, Moving at) {
    long drop = at.line().drop().id();
    Admitting admitting = new Admitting(at.line(), at.motion(), at.now(), lanes.areLate());
    return queue(session, drop, admitting.room())
        .map(admitting::step)
        .delayUntil(
            step -> tickets.admit(session, drop, step.admitted(), at.now(), admitting.until()))
        .delayUntil(step -> tickets.pass(session, drop, step.passed(), at.now()))
        .delayUntil(step -> lines.move(session, drop, step));
  }

  /** Some of them may be absent. */
  private Mono<List<Ticket>> queue(Session session, long drop, long room) {
    return room == 0
        ? Mono.just(List.of())
        : tickets.queue(session, drop, Math.min(Admitting.MOST, 2 * room + 200));
  }

  private void count(Step step) {
    admitted.increment(step.admitted().size());
    passed.increment(step.passed().size());
  }
}
