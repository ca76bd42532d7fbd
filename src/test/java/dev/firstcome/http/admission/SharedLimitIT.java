package dev.firstcome.http.admission;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.RedisParts;
import dev.firstcome.infra.redis.RedisSettings;
import io.github.bucket4j.TimeMeter;
import io.lettuce.core.RedisConnectionException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** One limit for several instances, over a real Redis. */
@ShopTest
class SharedLimitIT {

  private static final int RATE = 100;

  /** So slow that a machine's pause gives nothing back that matters. */
  private static final int SLOW_RATE = 1;

  private static final int BURST = 100;
  private static final double UNTOLD = 0.1;
  private static final int INSTANCES = 3;

  @Autowired private RedisSettings settings;

  private Redis redis = RedisParts.redis(Mono.never());
  private RedisParts.@Nullable Own own;
  private final String user = "user-" + UUID.randomUUID();
  private List<Instance> instances = List.of();

  /** What an instance has of the limit, without its timer. */
  private record Instance(RateLimiter users, RateLimitSync sharing) {

    int takeAll(String who) {
      int taken = 0;
      while (users.take(who, 1).isConsumed()) {
        taken++;
      }
      return taken;
    }

    void share() {
      sharing.share(users).block(SOON);
    }
  }

  @BeforeEach
  void open() {
    // A connection of its own, with more patience than the shop has: what is held here is a number,
    // and a report that took too long is lost.
    own = RedisParts.own(settings, SOON);
    redis = own.redis();
    instances = open(RATE);
  }

  private List<Instance> open(int rate) {
    String name = "test-" + UUID.randomUUID();
    return Stream.generate(() -> instance(name, rate, redis)).limit(INSTANCES).toList();
  }

  @AfterEach
  void hangUp() throws Exception {
    requireNonNull(own).connection().close();
  }

  private static Instance instance(String name, int rate, Redis redis) {
    LimitSettings settings = LimitParts.settings(RATE, BURST, UNTOLD);
    Limits limits = new Limits(settings, TimeMeter.SYSTEM_NANOTIME);
    RateLimiter users = limits.open(new Limit(name, rate, BURST), 100);
    return new Instance(users, new RateLimitSync(limits, settings, redis));
  }

  @Test
  void letsNoMoreThroughThanTheBoundHoweverManyInstancesAreTried() {
    long start = System.nanoTime();
    long taken = 0;
    double seconds = 0;
    while (seconds < 2) {
      for (Instance instance : instances) {
        taken += instance.takeAll(user);
      }
      instances.forEach(Instance::share);
      seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
      double interval = LimitParts.settings(RATE, BURST, UNTOLD).interval().toMillis() / 1000.0;
      double further = BURST * (1 + UNTOLD) + RATE * interval;
      assertThat(taken).isLessThanOrEqualTo((long) (BURST + RATE * seconds + 2 * further));
    }
    // What was too much is paid at some time.
    Instance any = instances.get(0);
    await().atMost(SOON).until(() -> any.users().take(user, 1).isConsumed());
  }

  @Test
  void knowsAtOneInstanceWhatWasTakenAtTheOthers() {
    List<Instance> two = open(SLOW_RATE);
    assertThat(two.get(0).takeAll(user)).isGreaterThanOrEqualTo(BURST);
    two.get(0).share();
    Instance other = two.get(1);
    for (int i = 0; i < BURST * UNTOLD; i++) {
      assertThat(other.users().take(user, 1).isConsumed()).isTrue();
    }
    other.share();
    assertThat(other.users().take(user, 1).isConsumed()).isFalse();
    assertThat(other.users().take("somebody-else", 1).isConsumed()).isTrue();
  }

  @Test
  void keepsALimitOfItsOwnWhileRedisIsAway() {
    Redis away = RedisParts.redis(Mono.error(() -> new RedisConnectionException("away")));
    Instance alone = instance("alone", RATE, away);
    long start = System.nanoTime();
    long taken = alone.takeAll(user);
    StepVerifier.create(alone.sharing().share(alone.users()))
        .verifyError(RedisConnectionException.class);
    taken += alone.takeAll(user);
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    assertThat(taken).isBetween((long) BURST, (long) (BURST + RATE * seconds) + 1);
  }

  @Test
  void leavesNothingInRedisOnceItIsFullAgain() {
    Instance one = open(SLOW_RATE).get(0);
    one.takeAll(user);
    one.share();
    String key = RateLimitSync.key(one.users().limit()) + user;
    Long millis = redis.call(r -> r.pttl(key)).block(SOON);
    assertThat(millis).isBetween(1L, (long) BURST * 1000 / SLOW_RATE + 100);
  }
}
