package dev.firstcome.engine.lane;

import dev.firstcome.engine.lane.LockedRows.Row;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Deadline;
import dev.firstcome.refusal.CommonRefusal;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One batch under way. It is tried whole; what fails is tried again in parts, one after the other,
 * and the callers of each part are answered as soon as it is decided.
 *
 * <p>At the deadline everybody undecided is refused, and nothing of the batch begins or commits any
 * more ({@link Deadline}). Only a part whose commit was sent before is waited for: nobody is
 * refused whose command may yet be committed.
 */
final class Flight<C, T> implements Deadline {

  private final LaneWork<C, T> work;
  private final Landing landing;
  private final long end;

  // Under the lock of this: those not answered yet, in the order in which they are tried.
  private final Deque<Part<C, T>> open = new ArrayDeque<>();
  private boolean closed;
  private boolean committing;

  /** Hears that some commands are answered, before their callers do. */
  @FunctionalInterface
  interface Landing {

    /**
     * @param last whether nothing is left to be done
     */
    void answered(int commands, boolean last);
  }

  Flight(LaneWork<C, T> work, List<Waiter<C, T>> batch, Landing landing) {
    this.work = work;
    this.landing = landing;
    this.end = work.now() + work.settings().deadline().toNanos();
    open.add(new Part<>(batch, work.settings().retries(), Set.of()));
  }

  /** Decides the batch. Completes when nothing of it is under way any more. */
  Mono<Void> run() {
    Mono<Void> parts = Mono.defer(this::tryNext).repeat(this::goesOn).then();
    return (work.setAside().isEmpty() ? parts : lookFirst().then(parts))
        .contextWrite(
            context ->
                context.put(Deadline.class, this).put(Database.COMMITS, work.meters().commits()));
  }

  private Mono<Void> tryNext() {
    Part<C, T> part = first();
    if (part == null) {
      return Mono.empty();
    }
    if (part.rests(work.setAside())) {
      return refuseLocked(part);
    }
    return work.decide(part.commands())
        .map(verdicts -> done(part, verdicts))
        .onErrorResume(failure -> Mono.just(recover(part, failure)))
        .flatMap(next -> next);
  }

  private Mono<Void> done(Part<C, T> part, List<Verdict<T>> verdicts) {
    return Mono.fromRunnable(
        () -> {
          part.rows().forEach(work.setAside()::remove);
          answer(part, verdicts);
        });
  }

  private Mono<Void> recover(Part<C, T> part, Throwable failure) {
    if (endedTooLate()) {
      return Mono.fromRunnable(this::giveUp);
    }
    return switch (work.kindOf(failure)) {
      case UNAVAILABLE -> unavailable(part, failure);
      case LOCKED -> part.rows().isEmpty() ? lookFor(part) : setAside(part);
      case TRANSIENT ->
          part.retries() > 0 ? instead(part, List.of(part.again())) : split(part, failure);
      case POISONED -> split(part, failure);
    };
  }

  private Mono<Void> unavailable(Part<C, T> part, Throwable failure) {
    work.meters().unavailable(failure);
    return refuse(part, new Verdict.Failed<>(CommonRefusal.DEPENDENCY_UNAVAILABLE.refused()));
  }

  private Mono<Void> split(Part<C, T> part, Throwable failure) {
    if (part.size() > 1) {
      return instead(part, part.halves());
    }
    work.meters().failed(failure);
    return refuse(part, new Verdict.Failed<>(failure));
  }

  /** While rows are set aside, commands that need one are parted from the others beforehand. */
  private Mono<Void> lookFirst() {
    Part<C, T> all = first();
    return all == null
        ? Mono.empty()
        : look(all, work.setAside()::contains, groups -> instead(all, groups));
  }

  /** A row was waited for in vain: its commands are parted from the others. */
  private Mono<Void> lookFor(Part<C, T> part) {
    return look(
        part,
        row -> true,
        groups ->
            groups.get(0).rows().isEmpty() && groups.size() == 1
                ? guess(part)
                : instead(part, groups));
  }

  private Mono<Void> look(
      Part<C, T> part, Predicate<Row> counts, Function<List<Part<C, T>>, Mono<Void>> then) {
    return Mono.defer(() -> work.lockedRows().of(part.commands()))
        .map(rows -> then.apply(part.apart(rows, counts, work.setAside())))
        .onErrorResume(failure -> Mono.just(isOver() ? Mono.empty() : unavailable(part, failure)))
        .flatMap(next -> next);
  }

  /**
   * Nobody holds a row of theirs now. Mostly the holder has let go, so they are tried again; or it
   * is nothing that the lane knows, and halving finds whose it is.
   */
  private Mono<Void> guess(Part<C, T> part) {
    boolean again = part.retries() == work.settings().retries() || part.size() == 1;
    if (again && part.retries() > 0) {
      return instead(part, List.of(part.again()));
    }
    return part.size() > 1 ? instead(part, part.halves()) : refuseLocked(part);
  }

  /** Tried apart, and in vain. Of several rows nobody knows which one it was. */
  private Mono<Void> setAside(Part<C, T> part) {
    if (part.rows().size() == 1) {
      part.rows().forEach(work.setAside()::add);
    }
    return refuseLocked(part);
  }

  private Mono<Void> refuseLocked(Part<C, T> part) {
    work.meters().locked(part.size(), part.rows());
    return refuse(part, Verdict.no(CommonRefusal.OVERLOADED.refused()));
  }

  private Mono<Void> refuse(Part<C, T> part, Verdict<T> verdict) {
    return Mono.fromRunnable(() -> answer(part, Collections.nCopies(part.size(), verdict)));
  }

  private void answer(Part<C, T> part, List<Verdict<T>> verdicts) {
    if (replace(part, List.of())) {
      landing.answered(part.size(), first() == null);
      Waiter.reply(part.waiters(), verdicts);
    }
  }

  private Mono<Void> instead(Part<C, T> part, List<Part<C, T>> parts) {
    return Mono.fromRunnable(() -> replace(part, parts));
  }

  /** The deadline: everybody is refused but those whose commit is under way. */
  void close() {
    refuseAll(false);
  }

  /** Nothing more will come of it: everybody is refused, not knowing what has become of theirs. */
  void giveUp() {
    refuseAll(true);
  }

  private void refuseAll(boolean committingToo) {
    Verdict<T> unknown = new Verdict.Failed<>(CommonRefusal.DEPENDENCY_UNAVAILABLE.refused());
    for (Part<C, T> late : closed(committingToo)) {
      landing.answered(late.size(), false);
      Waiter.reply(late.waiters(), Collections.nCopies(late.size(), unknown));
    }
  }

  private synchronized List<Part<C, T>> closed(boolean committingToo) {
    closed = true;
    Part<C, T> kept = committing && !committingToo ? open.pollFirst() : null;
    List<Part<C, T>> late = List.copyOf(open);
    open.clear();
    if (kept != null) {
      open.add(kept);
    }
    return late;
  }

  private synchronized @Nullable Part<C, T> first() {
    return open.peekFirst();
  }

  /** The part in hand is answered, or comes again as others; false if the deadline has answered. */
  private synchronized boolean replace(Part<C, T> part, List<Part<C, T>> others) {
    committing = false;
    if (open.peekFirst() != part) {
      return false;
    }
    open.removeFirst();
    for (int i = others.size() - 1; i >= 0; i--) {
      open.addFirst(others.get(i));
    }
    return true;
  }

  private boolean goesOn() {
    if (isOver()) {
      giveUp();
    }
    return first() != null;
  }

  @Override
  public synchronized boolean isOver() {
    return closed || work.now() - end >= 0;
  }

  @Override
  public synchronized boolean mayCommit() {
    if (isOver()) {
      return false;
    }
    committing = true;
    return true;
  }

  private synchronized boolean endedTooLate() {
    committing = false;
    return isOver();
  }
}
