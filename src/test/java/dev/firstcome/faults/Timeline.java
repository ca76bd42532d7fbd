package dev.firstcome.faults;

import dev.firstcome.faults.Kind.Target;
import dev.firstcome.faults.Plan.Fault;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import dev.firstcome.harness.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What clients heard, and when, beside what happened to the shop. Times are in nanoseconds. */
final class Timeline {

  /** From the end of a fault until nothing may be heard of it: pools and breakers look again. */
  static final long DETECTION_NANOS = Patience.of(Duration.ofSeconds(5)).toNanos();

  /** From the loss of Redis until nothing may be heard of it: a few commands' time limit. */
  static final long REDIS_DETECTION_NANOS = Patience.of(Duration.ofSeconds(2)).toNanos();

  /** The shop's own limit is 10 s; two busy cores take their time with the rest. */
  private static final long ANSWER_LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(11_500);

  /** The longest answer to somebody else while a row is locked; the rest is a busy machine's. */
  private static final long NEIGHBOUR_NANOS = TimeUnit.MILLISECONDS.toNanos(5000);

  /** Of honest requests, while somebody attacks. */
  private static final double TOLERATED = 0.01;

  private static final long BUCKET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int BUCKETS_BEFORE = 6;

  /**
   * A fault as it came about.
   *
   * @param product whose row is held; 0 if none
   */
  record Happened(Fault fault, long product, long began, long ended) {

    Happened(Fault fault, long began, long ended) {
      this(fault, 0, began, ended);
    }

    /** Whether the request may have to wait for the row that is held. */
    private boolean holds(Request request) {
      return product != 0
          && (request.verb() == Verb.CANCEL
              || request.verb() == Verb.ADJUST
              || request.body().contains("\"productId\":" + product + ","));
    }
  }

  /**
   * What a fault was to the clients.
   *
   * @param alone whether no other fault was there at the same time
   * @param errors by what was heard, from its beginning until it was over and detected
   * @param gapMillis the longest time in which nobody was answered
   * @param firstMillis from its end to the first answer
   * @param recoveryMillis from its end until answers came half as fast as before; -1: not seen
   */
  record Impact(
      Kind kind,
      boolean alone,
      Map<String, Integer> errors,
      long gapMillis,
      long firstMillis,
      long recoveryMillis) {}

  private final List<Happened> happened;
  private final List<Request> requests;
  private final List<Answer> answers;

  Timeline(List<Happened> happened, Collection<Request> requests) {
    this.happened = happened;
    this.requests = List.copyOf(requests);
    this.answers =
        requests.stream()
            .flatMap(request -> request.answers().stream())
            .sorted(Comparator.comparingLong(Answer::at))
            .toList();
  }

  /** Errors that no fault excuses. */
  List<String> violations() {
    List<String> violations = new ArrayList<>();
    for (Request request : requests) {
      for (Answer answer : request.answers()) {
        if (answer.status() >= 500 && !isExcused(request, answer)) {
          violations.add("%s, %s: %s".formatted(answer.outcome(), when(answer), request));
        } else if (waitsForAStranger(request, answer)) {
          violations.add("held up by a locked row, %s: %s".formatted(when(answer), request));
        } else if (isTooLate(answer)) {
          violations.add("no answer within its deadline, %s: %s".formatted(when(answer), request));
        } else if (answer.status() == 0
            && !answer.code().equals("client gave up")
            && !answer.code().equals(Door.NOTHING_IN_TIME)
            && !isInstanceAway(answer)) {
          violations.add("%s, %s: %s".formatted(answer.code(), when(answer), request));
        }
      }
    }
    return violations;
  }

  private boolean isExcused(Request request, Answer answer) {
    return happened.stream()
        .anyMatch(
            h ->
                answer.at() >= h.began
                    && (answer.at() <= h.began + excusedFor(h, request) || wasUnderWay(h, answer)));
  }

  /** Its batch was in flight when Redis vanished, and may last until the lane's deadline. */
  private static boolean wasUnderWay(Happened h, Answer answer) {
    Kind.Target target = h.fault.kind().target();
    return (target == Kind.Target.REDIS || target == Kind.Target.NODES) && answer.sent() <= h.began;
  }

  /** How long something may be heard of it by who asks for this. */
  private long excusedFor(Happened h, Request request) {
    long whole = h.ended - h.began + DETECTION_NANOS;
    return switch (h.fault.kind().target()) {
      case INSTANCE, POSTGRES -> whole;
      case REDIS, NODES -> REDIS_DETECTION_NANOS;
      case SESSION -> h.holds(request) ? whole : 0;
      case CLOCK -> 0;
      case ATTACKER -> share() <= TOLERATED ? whole : 0;
    };
  }

  /** How much of what was asked got no answer but 503. */
  private double share() {
    return (double) answers.stream().filter(a -> a.status() == 503).count()
        / Math.max(1, answers.size());
  }

  /** Whoever does not want what is locked is not to notice. */
  private boolean waitsForAStranger(Request request, Answer answer) {
    return happened.size() == 1
        && answer.at() - answer.sent() > NEIGHBOUR_NANOS
        && happened.stream()
            .filter(h -> h.product != 0 && !h.holds(request))
            .anyMatch(h -> answer.at() >= h.began && answer.sent() <= h.ended);
  }

  private boolean isTooLate(Answer answer) {
    boolean late =
        answer.code().equals(Door.NOTHING_IN_TIME)
            || (answer.status() > 0 && answer.at() - answer.sent() > ANSWER_LIMIT_NANOS);
    return late && !isInstanceAway(answer);
  }

  /** Whether the asked process was down or frozen at some time from the question to the answer. */
  private boolean isInstanceAway(Answer answer) {
    return happened.stream()
        .filter(h -> h.fault.kind().target() == Target.INSTANCE)
        .filter(h -> h.fault.instance() == answer.instance())
        .anyMatch(h -> answer.sent() <= h.ended + DETECTION_NANOS && answer.at() >= h.began);
  }

  private String when(Answer answer) {
    StringBuilder text = new StringBuilder("after ");
    text.append(millis(answer.at() - answer.sent()))
        .append(" ms of instance ")
        .append(answer.instance());
    for (Happened h : happened) {
      text.append(
          ", %d ms from the beginning and %d ms from the end of %s"
              .formatted(
                  millis(answer.at() - h.began), millis(answer.at() - h.ended), h.fault.kind()));
    }
    return text.toString();
  }

  List<Impact> impacts() {
    return happened.stream().map(this::impact).toList();
  }

  private Impact impact(Happened h) {
    Map<String, Integer> errors = new TreeMap<>();
    long gap = 0;
    long last = h.began;
    long first = -1;
    for (Answer answer : answers) {
      boolean within = answer.at() >= h.began && answer.at() <= h.ended + DETECTION_NANOS;
      if (within && !answer.isCertain()) {
        errors.merge(answer.outcome(), 1, Integer::sum);
      } else if (within) {
        gap = Math.max(gap, answer.at() - last);
        last = answer.at();
      }
      if (answer.isCertain() && answer.at() >= h.ended && first < 0) {
        first = answer.at() - h.ended;
      }
    }
    boolean alone = happened.stream().filter(other -> overlap(h, other)).count() == 1;
    return new Impact(h.fault.kind(), alone, errors, millis(gap), millis(first), recovery(h));
  }

  private static boolean overlap(Happened one, Happened other) {
    return one.began <= other.ended + DETECTION_NANOS && other.began <= one.ended + DETECTION_NANOS;
  }

  private long recovery(Happened h) {
    long before = certain(h.began - BUCKETS_BEFORE * BUCKET_NANOS, h.began) / BUCKETS_BEFORE;
    for (int i = 0; i < 40; i++) {
      long from = h.ended + i * BUCKET_NANOS;
      if (certain(from, from + BUCKET_NANOS) * 2 >= before) {
        return millis(i * BUCKET_NANOS);
      }
    }
    return -1;
  }

  private long certain(long from, long to) {
    return answers.stream().filter(a -> a.at() >= from && a.at() < to && a.isCertain()).count();
  }

  private static long millis(long nanos) {
    return nanos < 0 ? nanos : TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
