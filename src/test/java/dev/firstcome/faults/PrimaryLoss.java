package dev.firstcome.faults;

import static dev.firstcome.faults.FaultRun.say;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Crowd.Market;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The primary killed under load, its standby promoted a moment later, as an orchestrator would.
 * Commits waited for the standby, so whatever was acknowledged is there; and no instance is
 * restarted.
 */
final class PrimaryLoss {

  private static final int PLENTY = 1_000_000;
  private static final int THOUGHT_MILLIS = 60;
  private static final int WARM_UP_SECONDS = 15;

  /** Until an orchestrator is sure that the primary is gone. */
  private static final int NOTICED_SECONDS = 2;

  private static final int AFTER_SECONDS = 20;

  /** From the promotion to the first write: the pool's and the driver's next looks. */
  private static final long RECOVERY_LIMIT_MILLIS = 10_000;

  private final Arena arena;
  private final Tokens tokens;

  PrimaryLoss(Arena arena, Tokens tokens) {
    this.arena = arena;
    this.tokens = tokens;
  }

  /**
   * @return what was wrong, a line each
   */
  List<String> run() throws Exception {
    Stall stall = new Stall(arena.door(), tokens);
    Market market = stall.open(List.of(PLENTY, PLENTY, PLENTY), List.of(PLENTY, PLENTY));
    Crowd crowd = new Crowd(arena.door(), tokens, "f-", 1, THOUGHT_MILLIS, market);
    crowd.start();
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    long killed = System.nanoTime();
    arena.stores().killPostgres();
    TimeUnit.SECONDS.sleep(NOTICED_SECONDS);
    long promoting = System.nanoTime();
    arena.stores().promoteStandby();
    long promoted = System.nanoTime();
    TimeUnit.SECONDS.sleep(AFTER_SECONDS);
    crowd.stop();
    crowd.settle();
    List<String> violations = new ArrayList<>(print(crowd, killed, promoting, promoted));
    violations.addAll(new Books(arena.stores(), "f-").check(crowd.requests()));
    return violations;
  }

  private static List<String> print(Crowd crowd, long killed, long promoting, long promoted) {
    Map<String, Integer> unheard = new TreeMap<>();
    long before = 0;
    long last = Long.MIN_VALUE;
    long first = Long.MAX_VALUE;
    long orders = 0;
    for (Request request : crowd.requests()) {
      for (Answer answer : request.answers()) {
        boolean fresh = answer.isSuccess() && !answer.replayed();
        before += fresh && answer.at() < killed ? 1 : 0;
        if (!answer.isCertain()) {
          unheard.merge(answer.outcome(), 1, Integer::sum);
        }
        if (fresh && answer.sent() < killed) {
          last = Math.max(last, answer.at());
        } else if (fresh && answer.at() > killed) {
          first = Math.min(first, answer.at());
        }
      }
      orders += request.verb() == Verb.ORDER && request.success() != null ? 1 : 0;
    }
    System.out.println();
    System.out.println("| | |");
    System.out.println("|---|---|");
    System.out.printf("| writes acknowledged before the primary was killed | %d |%n", before);
    System.out.printf("| orders acknowledged in all, every one of them there | %d |%n", orders);
    System.out.printf("| told that the outcome is not known, and asked again | %s |%n", unheard);
    System.out.printf(
        "| the standby noticed and promoted after | %d + %d ms |%n",
        millis(promoting - killed), millis(promoted - promoting));
    System.out.printf("| no write acknowledged for | %d ms |%n", millis(first - last));
    System.out.printf(
        "| from the promotion to the first write | %d ms |%n", millis(first - promoted));
    System.out.println();
    boolean late = first == Long.MAX_VALUE || millis(first - promoted) > RECOVERY_LIMIT_MILLIS;
    say("no instance was restarted");
    return late ? List.of("no write for so long after the promotion") : List.of();
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
