package dev.firstcome.engine.lock;

import java.util.Collection;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A place in the line: it waits, then it is the lease of all its names at once, and then it is
 * over.
 */
public final class Lease {

  private enum State {
    WAITING,
    HELD,
    OVER
  }

  private final String ticket = UUID.randomUUID().toString();
  private final String names;
  private final LongSupplier nanos;
  private final long asked;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private final Sinks.Empty<Void> turn = Sinks.empty();

  /** 0 before Redis has answered, negative when its place is lost. */
  private volatile long number;

  private volatile long goodUntil;
  private volatile long heldSince;
  private volatile boolean lost;

  /**
   * @param life for how long Redis keeps a ticket of which it hears nothing, in nanoseconds
   */
  Lease(Collection<String> names, LongSupplier nanos, long life) {
    if (names.isEmpty() || names.stream().anyMatch(name -> name.isEmpty() || name.contains(" "))) {
      throw new IllegalArgumentException("no names, or a name with a space: " + names);
    }
    this.names = String.join(" ", new TreeSet<>(names));
    this.nanos = nanos;
    this.asked = nanos.getAsLong();
    this.goodUntil = asked + life;
  }

  /**
   * Rises from each holder of a name to the next: a write that carries it is to be refused where a
   * greater one has written.
   */
  public long fence() {
    return number;
  }

  /**
   * Whether somebody else may have the names by now, because Redis said so or was not reached in
   * time. Spares work that would be for nothing; only the fence makes sure.
   */
  public boolean isLost() {
    return lost || nanos.getAsLong() - goodUntil >= 0;
  }

  String ticket() {
    return ticket;
  }

  String names() {
    return names;
  }

  /** Whether Redis has given it a place, of which it can be asked. */
  boolean isPlaced() {
    return number > 0;
  }

  boolean isWaiting() {
    return state.get() == State.WAITING;
  }

  boolean isHeld() {
    return state.get() == State.HELD;
  }

  /** Completes when the names are held; fails with what {@link #refuse} was given. */
  Mono<Void> turn() {
    return turn.asMono();
  }

  void placed(long number, long goodUntil) {
    if (isWaiting()) {
      this.number = number;
    }
    this.goodUntil = goodUntil;
  }

  void placeLost() {
    if (isWaiting()) {
      number = -1;
    }
  }

  /** Emits at once to the waiter. False if it no longer waits, or for another number. */
  boolean hold(long number) {
    // What is heard may overtake the answer to having come, and be about a place since lost.
    boolean mine = this.number == 0 || this.number == number;
    if (!mine || isLost() || !state.compareAndSet(State.WAITING, State.HELD)) {
      return false;
    }
    this.number = number;
    heldSince = nanos.getAsLong();
    turn.tryEmitEmpty();
    return true;
  }

  /** False if it no longer waits. */
  boolean refuse(Throwable because) {
    boolean refused = state.compareAndSet(State.WAITING, State.OVER);
    if (refused) {
      turn.tryEmitError(because);
    }
    return refused;
  }

  /** False if it was lost before. */
  boolean lose() {
    boolean first = !lost;
    lost = true;
    return first;
  }

  void end() {
    state.set(State.OVER);
  }

  long waited() {
    return heldSince - asked;
  }

  long held() {
    return nanos.getAsLong() - heldSince;
  }
}
