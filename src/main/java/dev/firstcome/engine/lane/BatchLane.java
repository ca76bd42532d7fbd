package dev.firstcome.engine.lane;

import dev.firstcome.engine.lane.Places.Place;
import dev.firstcome.infra.observe.Spans;
import dev.firstcome.refusal.CommonRefusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Group commit for one kind of command: a batch forms while the last one flies.
 *
 * <p>A command waits in a bounded queue until the lane's batch in flight has come back; then
 * everything that has queued leaves together. Beside one in flight another leaves only if it is
 * full or has been kept for long. Nobody lingers: under light load a batch is one command. The lane
 * owns the work from {@link #submit} on, so a caller that goes away cancels nothing. Under standing
 * overload ({@link QueueDelay}) it refuses at once rather than after waiting.
 *
 * <p>A flight ({@link Flight}) keeps its place until its work is over, also after its deadline: so
 * the lane never has more connections than places. When every place is kept by a flight that is
 * overdue, the store does not answer, and the lane refuses at once.
 *
 * @param <C> the command
 * @param <T> what a command makes or finds
 */
public final class BatchLane<C, T> {

  private static final Logger log = LoggerFactory.getLogger(BatchLane.class);

  private final LaneWork<C, T> work;
  private final LaneSettings settings;
  private final LaneMeters meters;
  private final Places places;
  private final Spans spans;
  private final QueueDelay delay;
  private final Queue<Waiter<C, T>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param timers watches the deadlines
   * @param overtime after a flight's deadline: for how long what it had begun may still last
   */
  BatchLane(LaneWork<C, T> work, Scheduler timers, Duration overtime, Spans spans) {
    this.work = work;
    this.settings = work.settings();
    this.meters = work.meters();
    this.places = new Places(settings.concurrency(), settings.deadline(), overtime, timers);
    this.spans = spans;
    this.delay =
        new QueueDelay(settings.target(), settings.interval(), settings.maxBatch(), work.nanos());
    meters.gauge("firstcome.lane.depth", "commands waiting and in flight", held, held::get);
    meters.gauge(
        "firstcome.lane.shedding",
        "1 while the lane takes no more than its next batch carries",
        delay,
        () -> delay.isShedding() ? 1 : 0);
    meters.gauge(
        "firstcome.lane.set.aside",
        "rows that somebody holds, and that are not waited for",
        work.setAside(),
        work.setAside()::size);
  }

  /**
   * Queues the command on subscription.
   *
   * @return its effect, once committed; or {@link dev.firstcome.refusal.Refused}: the decision's
   *     refusal, {@code OVERLOADED} when the lane is full or has been for too long, or somebody
   *     holds a row of the command, in which cases nothing was done, {@code DEPENDENCY_UNAVAILABLE}
   *     when the store is away or slow
   */
  public Mono<Verdict.Done<T>> submit(C command) {
    return Mono.create(
        sink -> enqueue(new Waiter<>(command, sink, EventLoops.current(), work.now())));
  }

  private void enqueue(Waiter<C, T> waiter) {
    // Reserved before it is queued, so that the limit holds however many arrive at once.
    boolean fits = held.incrementAndGet() <= settings.capacity();
    if (places.areOverdue()) {
      refuse(List.of(waiter), CommonRefusal.DEPENDENCY_UNAVAILABLE);
    } else if (!fits || closed.get() || !delay.admits(waiting.get())) {
      refuse(List.of(waiter), CommonRefusal.OVERLOADED);
    } else {
      waiting.incrementAndGet();
      queue.add(waiter);
      drain();
    }
  }

  private void refuse(List<Waiter<C, T>> waiters, CommonRefusal why) {
    held.addAndGet(-waiters.size());
    meters.refused(waiters.size());
    Waiter.reply(waiters, Verdict.no(why.refused()));
  }

  private void drain() {
    while (!queue.isEmpty() && places.reserve(this::fliesBeside)) {
      List<Waiter<C, T>> batch = take();
      if (batch.isEmpty()) {
        // Another thread took them between the look and the reservation. Look again: a command
        // added meanwhile may have seen no free flight.
        places.giveBack();
      } else {
        dispatch(batch);
      }
    }
  }

  /**
   * Two half batches at once cost two commits and wait for each other's rows. Asked whenever a
   * command comes or a batch lands, so one that hangs holds up no command that is followed by
   * others.
   */
  private boolean fliesBeside() {
    Waiter<C, T> first = queue.peek();
    return waiting.get() >= settings.maxBatch()
        || first != null && work.now() - first.since() > settings.target().toNanos();
  }

  /**
   * A batch of the commands that are still in time; one that waited too long is refused and has no
   * effect.
   */
  private List<Waiter<C, T>> take() {
    long now = work.now();
    List<Waiter<C, T>> batch = new ArrayList<>();
    List<Waiter<C, T>> late = new ArrayList<>();
    for (Waiter<C, T> next; batch.size() < settings.maxBatch() && (next = queue.poll()) != null; ) {
      boolean inTime = now - next.since() <= settings.patience().toNanos();
      (inTime ? batch : late).add(next);
    }
    waiting.addAndGet(-batch.size() - late.size());
    if (!batch.isEmpty()) {
      delay.left(now - batch.get(batch.size() - 1).since());
    }
    if (!late.isEmpty()) {
      refuse(late, CommonRefusal.OVERLOADED);
    }
    return batch;
  }

  private void dispatch(List<Waiter<C, T>> batch) {
    meters.left(batch.size());
    Place place = places.new Place();
    Flight<C, T> flight =
        new Flight<>(work, batch, (commands, last) -> answered(commands, last, place));
    place.watch(() -> overdue(flight), () -> end(flight, place));
    // Never cancelled, which would wedge its connection: after its deadline it stops by itself.
    spans
        .batch(work.lane(), batch.size(), i -> batch.get(i).sink().contextView(), flight.run())
        .doFinally(how -> end(flight, place))
        .subscribe(nothing -> {}, meters::failed);
  }

  /** The next batch leaves before the last of this one are answered. */
  private void answered(int commands, boolean last, Place place) {
    held.addAndGet(-commands);
    if (last) {
      leave(place);
    }
  }

  private void overdue(Flight<C, T> flight) {
    flight.close();
    if (places.areOverdue()) {
      refuseQueue();
    } else {
      drain();
    }
  }

  private void end(Flight<C, T> flight, Place place) {
    flight.giveUp();
    leave(place);
  }

  private void leave(Place place) {
    if (place.leave()) {
      meters.landed(place.nanos());
      drain();
    }
  }

  /** Nobody is kept waiting for a store that does not answer. */
  private void refuseQueue() {
    List<Waiter<C, T>> all = new ArrayList<>();
    for (Waiter<C, T> next; (next = queue.poll()) != null; ) {
      all.add(next);
    }
    waiting.addAndGet(-all.size());
    refuse(all, CommonRefusal.DEPENDENCY_UNAVAILABLE);
  }

  boolean isLate() {
    return delay.isLate();
  }

  /** Takes commands, again after it was closed. */
  void open() {
    closed.set(false);
  }

  /**
   * Refuses what comes from now on and waits for what was accepted.
   *
   * @param end until when, by {@link System#nanoTime}
   */
  void close(long end) {
    closed.set(true);
    while (held.get() + places.taken() > 0 && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    if (held.get() > 0) {
      log.warn("lane {}: closed with {} commands undecided", work.lane(), held.get());
    }
  }
}
