package dev.firstcome.faults;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Crowd.Market;
import dev.firstcome.faults.Plan.Fault;
import dev.firstcome.faults.Timeline.Happened;
import dev.firstcome.faults.Timeline.Impact;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One seed: load, faults, an end to both, and the checks after it. */
final class SeedRun {

  private static final int SNAPSHOT_MILLIS = 1000;

  /** The machine is to have a core to spare, or it is itself the fault. */
  private static final int THOUGHT_MILLIS = 100;

  /** Goodput is looked at for so long after the shop must have noticed that all is well again. */
  private static final Duration CALM = Duration.ofSeconds(2);

  private static final Duration QUIET_LIMIT = Duration.ofSeconds(20);

  /** From an order for what the gate does not know until the gate knows it. */
  private static final int LOADING_MILLIS = 300;

  /** A comparison repairs what it has seen for eight seconds, and looks every five or so. */
  private static final Duration GATE_LIMIT = Duration.ofSeconds(45);

  private final Arena arena;
  private final Plan plan;
  private final String prefix;
  private final Tokens tokens;
  private final Door door;

  /** What came of it. */
  record Result(List<String> violations, List<Impact> impacts, int requests) {}

  SeedRun(Arena arena, Plan plan, String prefix, Tokens tokens) {
    this.arena = arena;
    this.plan = plan;
    this.prefix = prefix;
    this.tokens = tokens;
    this.door = arena.door();
  }

  Result run() throws Exception {
    Market market =
        new Stall(door, tokens).open(List.of(60, 120, 200, 300, 400, 800), List.of(40, 200, 2000));
    Crowd crowd = new Crowd(door, tokens, prefix, plan.seed(), THOUGHT_MILLIS, market);
    crowd.start();
    List<Happened> happened = injectAll(System.nanoTime());
    TimeUnit.NANOSECONDS.sleep(Timeline.DETECTION_NANOS + CALM.toNanos());
    crowd.stop();
    awaitQuiet();
    crowd.settle();
    Timeline timeline = new Timeline(happened, crowd.requests());
    List<String> violations = new ArrayList<>(timeline.violations());
    violations.addAll(new Books(arena.stores(), prefix).check(crowd.requests()));
    violations.addAll(behindTheGate(market));
    violations.addAll(strictness());
    violations.addAll(awaitNone(() -> arena.gates().unknown(), GATE_LIMIT));
    return new Result(violations, timeline.impacts(), crowd.requests().size());
  }

  private List<Happened> injectAll(long start)
      throws InterruptedException, ExecutionException, IOException {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      if (plan.faults().stream().anyMatch(f -> f.kind() == Kind.OLD_REDIS)) {
        sleepUntil(start, SNAPSHOT_MILLIS);
        arena.stores().snapshotRedis();
      }
      List<Future<Happened>> all = new ArrayList<>();
      for (Fault fault : plan.faults()) {
        all.add(threads.submit((Callable<Happened>) () -> inject(fault, start)));
      }
      List<Happened> happened = new ArrayList<>();
      for (Future<Happened> one : all) {
        happened.add(one.get());
      }
      return happened;
    } finally {
      threads.shutdownNow();
    }
  }

  private Happened inject(Fault fault, long start) throws Exception {
    sleepUntil(start, fault.atMillis());
    long began = System.nanoTime();
    arena.begin(fault);
    long product = arena.heldProduct(fault);
    Thread.sleep(fault.forMillis());
    arena.end(fault);
    return new Happened(fault, product, began, System.nanoTime());
  }

  private static void sleepUntil(long start, int millis) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(start + TimeUnit.MILLISECONDS.toNanos(millis) - System.nanoTime());
  }

  /** No transaction is open any more: what clients gave up on has ended, too. */
  private void awaitQuiet() throws SQLException, InterruptedException, IOException {
    long end = System.nanoTime() + QUIET_LIMIT.toNanos();
    // Twice in a row, a moment apart: the next statement of a batch may not have come yet.
    for (int quiet = 0; quiet < 2; ) {
      quiet = isQuiet() ? quiet + 1 : 0;
      if (System.nanoTime() > end) {
        throw new IOException("transactions stay open for " + QUIET_LIMIT);
      }
      Thread.sleep(200);
    }
  }

  private boolean isQuiet() throws SQLException {
    try (Connection connection = arena.stores().connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                  AND state <> 'idle' AND xact_start < now() - interval '100 ms'
                """)) {
      rows.next();
      return rows.getInt(1) == 0;
    }
  }

  /**
   * Each instance is asked for everything; then Redis must know all of it. Asked again while it
   * does not: an order that the gate let in and the database refused makes it forget once more.
   */
  private List<String> behindTheGate(Market market) throws InterruptedException {
    Stall stall = new Stall(door, tokens);
    Gates gates = arena.gates();
    AtomicInteger visits = new AtomicInteger();
    Callable<List<String>> look =
        () -> {
          stall.visit(market, prefix + "visit-" + visits.incrementAndGet() + "-");
          Thread.sleep(LOADING_MILLIS);
          return gates.notLoaded(market.products(), market.campaigns());
        };
    return awaitNone(look, GATE_LIMIT).stream()
        .map(what -> "not behind the gate again: " + what)
        .toList();
  }

  private List<String> strictness() throws InterruptedException {
    Gates gates = arena.gates();
    return awaitNone(() -> gates.tooStrict(true), GATE_LIMIT).stream()
        .map(what -> "would never be sold: " + what)
        .toList();
  }

  /** Looks again and again, until there is nothing or the time is over. */
  static List<String> awaitNone(Callable<List<String>> look, Duration limit)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      List<String> found;
      try {
        found = look.call();
      } catch (Exception e) {
        found = List.of("could not be looked at: " + e);
      }
      if (found.isEmpty() || System.nanoTime() > end) {
        return found;
      }
      Thread.sleep(500);
    }
  }
}
