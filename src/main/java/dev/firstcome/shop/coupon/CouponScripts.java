package dev.firstcome.shop.coupon;

import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The keys, the arguments and the answers of this room's Lua. */
@Component
class CouponScripts {

  private static final Script ADMIT = Script.named("coupon_admit");
  private static final Script SETTLE = Script.named("coupon_settle");
  private static final Script COMPARE_BEGIN = Script.named("coupon_compare_begin");
  private static final Script COMPARE = Script.named("coupon_compare");
  private static final Script LEFT = Script.named("gate_left");

  /** Many times what a comparison takes: one that has crashed leaves nothing for ever. */
  private static final Duration COMPARING_TTL = Duration.ofMinutes(1);

  /** A campaign of which nobody has asked for so long has ended, or is loaded anew. */
  private static final Duration GATE_TTL = Duration.ofDays(1);

  private static final String GATE_SECONDS = Long.toString(GATE_TTL.toSeconds());

  private final Redis redis;

  CouponScripts(Redis redis) {
    this.redis = redis;
  }

  /** What the gate says to one user. */
  enum Outcome {
    ADMITTED,
    ALREADY_YOURS,
    /** None is left, unless some fail whose coupon is not committed yet: no final answer. */
    UNDECIDED,
    SOLD_OUT,
    NOT_LOADED
  }

  /** One key slot a campaign, so that a cluster spreads campaigns. */
  static String[] keys(long couponId) {
    return keys(couponId, "limit", "holders", "held", "comparing");
  }

  private static String[] keys(long couponId, String... names) {
    return Arrays.stream(names).map(name -> key(couponId, name)).toArray(String[]::new);
  }

  private static String key(long couponId, String what) {
    return "coupon:{" + couponId + "}:" + what;
  }

  /** A word for each user, in order. */
  Mono<List<Outcome>> admit(long couponId, List<String> users) {
    List<String> arguments = new ArrayList<>(users.size() + 1);
    arguments.add(GATE_SECONDS);
    arguments.addAll(users);
    return redis
        .run(ADMIT, keys(couponId), arguments.toArray(String[]::new))
        .map(words -> words.stream().map(Outcome::valueOf).toList())
        .map(
            words ->
                words.equals(List.of(Outcome.NOT_LOADED))
                    ? Collections.nCopies(users.size(), Outcome.NOT_LOADED)
                    : words);
  }

  /**
   * @param tooGenerous whether the database had fewer left than the gate believed
   */
  Mono<Void> settle(
      long couponId, List<String> confirmed, List<String> released, boolean tooGenerous) {
    List<String> arguments = new ArrayList<>(confirmed.size() + released.size() + 3);
    arguments.add(tooGenerous ? "TOO_GENEROUS" : "EXACT");
    arguments.add(GATE_SECONDS);
    arguments.add(Integer.toString(confirmed.size()));
    arguments.addAll(confirmed);
    arguments.addAll(released);
    return redis.run(SETTLE, keys(couponId), arguments.toArray(String[]::new)).then();
  }

  /** The users whose coupon is not committed yet; empty if the campaign is not loaded. */
  Mono<List<String>> beginCompare(long couponId, String token) {
    return redis
        .run(
            COMPARE_BEGIN,
            keys(couponId, "limit", "held", "comparing"),
            token,
            Long.toString(COMPARING_TTL.toSeconds()))
        .filter(answer -> answer.get(0).equals("LOADED"))
        .map(answer -> answer.subList(1, answer.size()));
  }

  /**
   * @param remaining how many the database has left
   * @param uncommitted how many of those that {@link #beginCompare} found have none there
   * @param lasting by how much the gate has long been too generous, or, negative, too strict
   */
  Mono<Comparison> compare(
      long couponId, String token, long remaining, int uncommitted, long lasting) {
    return redis
        .run(
            COMPARE,
            keys(couponId),
            token,
            Long.toString(remaining),
            Integer.toString(uncommitted),
            Long.toString(lasting),
            GATE_SECONDS)
        .map(Comparison::parse);
  }

  /** What a comparison comes to; the gate's number means nothing if it is inconclusive. */
  record Comparison(Outcome outcome, long remaining) {

    enum Outcome {
      INCONCLUSIVE,
      COMPARED,
      REPAIRED
    }

    static Comparison parse(List<String> answer) {
      Outcome outcome = Outcome.valueOf(answer.get(0));
      return new Comparison(
          outcome, outcome == Outcome.INCONCLUSIVE ? 0 : Long.parseLong(answer.get(1)));
    }
  }

  /** What to lock of a campaign. */
  static String lock(long couponId) {
    return "coupon:" + couponId;
  }

  /** Users whose coupon has been held for so long, the longest first. */
  Mono<List<String>> left(long couponId, Duration patience, int limit) {
    return redis.run(
        LEFT, keys(couponId, "held"), Long.toString(patience.toMillis()), Integer.toString(limit));
  }

  /** Users who have one: as if their batch had just been settled. */
  Mono<Void> addHolders(long couponId, List<String> users) {
    return settle(couponId, users, List.of(), false);
  }

  /** From here on the gate lets all through, until it is loaded. */
  Mono<Void> forget(long couponId) {
    return redis.call(r -> r.del(key(couponId, "limit"))).then();
  }

  /** Opens the gate: from here on it counts. */
  Mono<Void> setLimit(long couponId, long totalQuantity) {
    String limit = Long.toString(totalQuantity);
    return redis.call(r -> r.setex(key(couponId, "limit"), GATE_TTL.toSeconds(), limit)).then();
  }
}
