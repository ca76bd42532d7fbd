package dev.firstcome.coupon;

import dev.firstcome.redis.Redis;
import dev.firstcome.redis.Script;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The keys, the arguments and the answers of this room's Lua. */
@Component
class CouponScripts {

  private static final Script ADMIT = Script.named("coupon_admit");
  private static final Script SETTLE = Script.named("coupon_settle");

  private final Redis redis;

  CouponScripts(Redis redis) {
    this.redis = redis;
  }

  /** What the gate says to one user. */
  enum Word {
    ADMITTED,
    ALREADY_YOURS,
    SOLD_OUT,
    NOT_LOADED
  }

  /** One key slot a campaign, so that a cluster spreads campaigns. */
  static String[] keys(long couponId) {
    return new String[] {key(couponId, "limit"), key(couponId, "holders"), key(couponId, "held")};
  }

  private static String key(long couponId, String what) {
    return "coupon:{" + couponId + "}:" + what;
  }

  /** A word for each user, in order. */
  Mono<List<Word>> admit(long couponId, List<String> users, Instant now) {
    List<String> arguments = new ArrayList<>(users.size() + 1);
    arguments.add(Long.toString(now.toEpochMilli()));
    arguments.addAll(users);
    return redis
        .run(ADMIT, keys(couponId), arguments.toArray(String[]::new))
        .map(words -> words.stream().map(Word::valueOf).toList())
        .map(
            words ->
                words.equals(List.of(Word.NOT_LOADED))
                    ? Collections.nCopies(users.size(), Word.NOT_LOADED)
                    : words);
  }

  /**
   * @param tooGenerous whether the database had fewer left than the gate believed
   */
  Mono<Void> settle(
      long couponId, List<String> confirmed, List<String> released, boolean tooGenerous) {
    List<String> arguments = new ArrayList<>(confirmed.size() + released.size() + 2);
    arguments.add(tooGenerous ? "TOO_GENEROUS" : "EXACT");
    arguments.add(Integer.toString(confirmed.size()));
    arguments.addAll(confirmed);
    arguments.addAll(released);
    return redis.run(SETTLE, keys(couponId), arguments.toArray(String[]::new)).then();
  }

  /** Users whose coupon has been held since before then, the longest first. */
  Mono<List<String>> heldSince(long couponId, Instant before, int limit) {
    return redis.call(
        r ->
            r.zrangebyscore(
                key(couponId, "held"),
                Range.create(0, before.toEpochMilli()),
                Limit.create(0, limit)));
  }

  Mono<Void> addHolders(long couponId, List<String> users) {
    return redis.call(r -> r.sadd(key(couponId, "holders"), users.toArray(String[]::new))).then();
  }

  /** Opens the gate: from here on it counts. */
  Mono<Void> setLimit(long couponId, long totalQuantity) {
    return redis.call(r -> r.set(key(couponId, "limit"), Long.toString(totalQuantity))).then();
  }
}
