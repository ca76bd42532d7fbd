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
    List<Long> written = new ArrayList<>();
    Map<String, Integer> unheard = new TreeMap<>();
    for (Request request : crowd.requests()) {
      for (Answer answer : request.answers()) {
        if (answer.isSuccess() && !answer.replayed()) {
          written.add(answer.at());
        } else if (!answer.isCertain()) {
          unheard.merge(answer.outcome(), 1, Integer::sum);
        }
      }
    }
    written.sort(null);
    long orders =
        crowd.requests().stream()
            .filter(request -> request.verb() == Verb.ORDER && request.success() != null)
            .count();
    // Those on their way are still answered for a moment after the kill.
    long last = written.stream().filter(at -> at < promoting).reduce(killed, Math::max);
    long first = written.stream().filter(at -> at > promoting).findFirst().orElse(Long.MAX_VALUE);
    say("told that the outcome is not known, and asked again: %s", unheard);
    row("writes acknowledged before the primary was killed", countBefore(written, killed), "");
    row("orders acknowledged in all, every one of them there", orders, "");
    row("the standby promoted after", millis(promoted - killed), " ms");
    row("no write acknowledged for", millis(first - last), " ms");
    row("from the promotion to the first write", Math.max(0, millis(first - promoted)), " ms");
    boolean late = first == Long.MAX_VALUE || millis(first - promoted) > RECOVERY_LIMIT_MILLIS;
    return late ? List.of("no write for so long after the promotion") : List.of();
  }

  private static long countBefore(List<Long> times, long end) {
    return times.stream().filter(at -> at < end).count();
  }

  private static void row(String what, long number, String unit) {
    System.out.printf("| %s | %,d%s |%n", what, number, unit);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
