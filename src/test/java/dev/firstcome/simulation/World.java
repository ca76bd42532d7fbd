package dev.firstcome.simulation;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * One history's time, chance and order of events, all of it from one seed. Nothing happens but the
 * tasks that wait here; of those that are due at once, chance decides which comes first.
 */
final class World {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final Pattern NAME =
      Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private final SplittableRandom random;
  private final @Nullable List<String> trace;
  private final Map<String, String> names = new HashMap<>();
  private long now;
  private long hash = 17;
  private long steps;

  World(long seed, boolean traced) {
    this.random = new SplittableRandom(seed);
    this.trace = traced ? new ArrayList<>() : null;
  }

  /** A process: what it has still to do ends with it. */
  static class Process {
    final String name;
    boolean alive = true;

    /** Of its wall clock, in microseconds; what it measures is true all the same. */
    long clockOffset;

    Process(String name) {
      this.name = name;
    }
  }

  private final class Task implements Comparable<Task>, Disposable {
    final long at;
    final long tie = random.nextLong();
    final @Nullable Process owner;
    @Nullable Runnable action;

    Task(long at, @Nullable Process owner, Runnable action) {
      this.at = at;
      this.owner = owner;
      this.action = action;
    }

    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(tie, other.tie);
    }

    @Override
    public void dispose() {
      action = null;
    }

    @Override
    public boolean isDisposed() {
      return action == null;
    }
  }

  /**
   * Does this later.
   *
   * @param micros from now
   * @param owner without whom it is not done; null for what no process does
   */
  Disposable after(long micros, @Nullable Process owner, Runnable action) {
    Task task = new Task(now + micros, owner, action);
    tasks.add(task);
    return task;
  }

  /** Lets everything happen that is due within this time. */
  void run(long micros) {
    long end = now + micros;
    for (Task next; (next = tasks.peek()) != null && next.at <= end; ) {
      tasks.poll();
      Runnable action = next.action;
      if (action != null && (next.owner == null || next.owner.alive)) {
        now = next.at;
        steps++;
        hash = hash * 31 + now;
        next.action = null;
        action.run();
      }
    }
    now = end;
  }

  long micros() {
    return now;
  }

  long steps() {
    return steps;
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** From 0, below n. */
  int pick(int n) {
    return random.nextInt(n);
  }

  <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** From the least to the most, both included. */
  long between(long least, long most) {
    return least + random.nextLong(most - least + 1);
  }

  double fraction() {
    return random.nextDouble();
  }

  boolean traced() {
    return trace != null;
  }

  /** Notes what happens. Ask {@link #traced} first where the text costs anything. */
  void note(String text) {
    if (trace != null) {
      trace.add("%12.6f  %s".formatted(now / 1e6, named(text)));
    }
  }

  /** Long names are unreadable, and some are chosen by chance: each is called after its place. */
  private String named(String text) {
    Matcher matcher = NAME.matcher(text);
    return matcher.replaceAll(
        found -> names.computeIfAbsent(found.group(), name -> "#" + names.size()));
  }

  /** What happens becomes part of the hash. */
  void mix(long what) {
    hash = hash * 31 + what;
  }

  /** The same for the same history. */
  long hash() {
    return hash;
  }

  List<String> trace() {
    return trace == null ? List.of() : trace;
  }

  /**
   * A wall clock.
   *
   * @param offset in microseconds, asked each time
   */
  Clock clock(LongSupplier offset) {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
      }

      @Override
      public Instant instant() {
        return START.plusNanos((now + offset.getAsLong()) * 1000);
      }

      @Override
      public long millis() {
        return START.toEpochMilli() + (now + offset.getAsLong()) / 1000;
      }
    };
  }

  /** This world's time for Reactor, for what one process does. */
  Scheduler scheduler(Process owner) {
    return new Times(owner);
  }

  private final class Times implements Scheduler {

    private final Process owner;

    Times(Process owner) {
      this.owner = owner;
    }

    @Override
    public Disposable schedule(Runnable task) {
      return after(0, owner, task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
      return after(Math.max(0, unit.toMicros(delay)), owner, task);
    }

    @Override
    public long now(TimeUnit unit) {
      return unit.convert(now, TimeUnit.MICROSECONDS);
    }

    @Override
    public Worker createWorker() {
      throw new UnsupportedOperationException("nothing here needs a worker");
    }

    @Override
    public void dispose() {}
  }
}
