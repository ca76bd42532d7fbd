package dev.firstcome.faults;

import static dev.firstcome.faults.FaultRun.say;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Crowd.Market;
import dev.firstcome.faults.Plan.Fault;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import dev.firstcome.faults.Timeline.Happened;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Redis killed, back empty, and flushed, under a steady load: goodput by the second. */
final class RedisLoss {

  /** Enough for everybody: what is measured is the shop and not its shelves. */
  private static final int PLENTY = 100_000_000;

  /** So little that the shop is at work all the time. */
  private static final int THOUGHT_MILLIS = 10;

  private static final int WARM_UP_SECONDS = 75;
  private static final int SECONDS = 15;
  private static final int LOOKS = 40;
  private static final int LOOK_MILLIS = 100;
  private static final int AWAY_SECONDS = 10;

  private final Arena arena;
  private final Tokens tokens;
  private final List<Phase> phases = new ArrayList<>();

  private record Phase(String name, long from, long to) {}

  RedisLoss(Arena arena, Tokens tokens) {
    this.arena = arena;
    this.tokens = tokens;
  }

  /**
   * @return what was wrong, a line each
   */
  List<String> run() throws Exception {
    Stall stall = new Stall(arena.door(), tokens);
    Market market = stall.open(List.of(PLENTY, PLENTY, PLENTY), List.of(PLENTY, PLENTY));
    Crowd crowd = new Crowd(arena.door(), tokens, "r-", 1, THOUGHT_MILLIS, market);
    crowd.start();
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    phase("before", SECONDS);
    Fault kill = new Fault(Kind.KILL_REDIS, 0, 1000 * AWAY_SECONDS, 0, 0);
    long killed = System.nanoTime();
    arena.begin(kill);
    phase("Redis is killed, and away", AWAY_SECONDS);
    arena.end(kill);
    long restarted = System.nanoTime();
    phase("back, empty", SECONDS);
    Fault flush = new Fault(Kind.FLUSH_REDIS, 0, 1, 0, 0);
    long flushed = System.nanoTime();
    arena.begin(flush);
    phase("flushed", SECONDS);
    List<String> violations = new ArrayList<>(behindTheGate(market));
    crowd.stop();
    violations.addAll(new Books(arena.stores(), "r-").check(crowd.requests()));
    List<Happened> happened =
        List.of(new Happened(kill, killed, restarted), new Happened(flush, flushed, flushed));
    violations.addAll(new Timeline(happened, crowd.requests()).violations());
    print(crowd);
    return violations;
  }

  /**
   * While the load goes on: it has to have brought everything behind the gate by itself. A gate
   * forgets a product with which it was too generous, so each has to be there now and then.
   */
  private List<String> behindTheGate(Market market) throws InterruptedException {
    Gates gates = arena.gates();
    Map<String, Integer> absent = new TreeMap<>();
    for (int i = 0; i < LOOKS; i++) {
      gates
          .notLoaded(market.products(), market.campaigns())
          .forEach(w -> absent.merge(w, 1, Integer::sum));
      Thread.sleep(LOOK_MILLIS);
    }
    say("looked at the gate %d times; not there: %s", LOOKS, absent);
    return absent.entrySet().stream()
        .filter(times -> times.getValue() == LOOKS)
        .map(times -> "not behind the gate again: " + times.getKey())
        .toList();
  }

  private void phase(String name, int seconds) throws InterruptedException {
    long from = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    phases.add(new Phase(name, from, System.nanoTime()));
  }

  private void print(Crowd crowd) {
    List<Request> requests = List.copyOf(crowd.requests());
    say("second by second: coupons and orders, errors, p99 of all answers in ms");
    for (Phase phase : phases) {
      for (long from = phase.from; from < phase.to; from += TimeUnit.SECONDS.toNanos(1)) {
        say("%-26s %s", phase.name, row(requests, from, from + TimeUnit.SECONDS.toNanos(1)));
      }
    }
    System.out.println();
    System.out.println("| | coupons and orders a second | errors | p99, ms |");
    System.out.println("|---|---|---|---|");
    phases.forEach(p -> System.out.printf("| %s | %s |%n", p.name, row(requests, p.from, p.to)));
    System.out.println();
  }

  private static String row(List<Request> requests, long from, long to) {
    long good = 0;
    long errors = 0;
    List<Long> times = new ArrayList<>();
    for (Request request : requests) {
      for (Answer answer : request.answers()) {
        if (answer.at() >= from && answer.at() < to) {
          boolean counts = request.verb() == Verb.COUPON || request.verb() == Verb.ORDER;
          good += counts && answer.isSuccess() && !answer.replayed() ? 1 : 0;
          errors += answer.isCertain() ? 0 : 1;
          times.add(answer.at() - answer.sent());
        }
      }
    }
    times.sort(null);
    long p99 = times.isEmpty() ? 0 : times.get((int) (times.size() * 0.99));
    double seconds = (to - from) / 1e9;
    return "%.0f | %d | %d".formatted(good / seconds, errors, TimeUnit.NANOSECONDS.toMillis(p99));
  }
}
