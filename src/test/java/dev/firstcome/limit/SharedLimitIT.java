package dev.firstcome.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.redis.Redis;
import io.github.bucket4j.TimeMeter;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.test.StepVerifier;

/** One limit for several instances, over a real Redis. */
@ShopTest
class SharedLimitIT {

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final int RATE = 100;
  private static final int BURST = 100;
  private static final double UNTOLD = 0.1;
  private static final int INSTANCES = 3;

  @Autowired private Redis redis;
  @Autowired private CircuitBreaker redisBreaker;
  private final String user = "user-" + UUID.randomUUID();
  private List<Instance> instances = List.of();

  /** What an instance has of the limit, without its timer. */
  private record Instance(Allowances users, LimitSharing sharing) {

    int takeAll(String who) {
      int taken = 0;
      while (users.take(who).isConsumed()) {
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
    String name = "test-" + UUID.randomUUID();
    instances = Stream.generate(() -> instance(name)).limit(INSTANCES).toList();
  }

  private Instance instance(String name) {
    LimitSettings settings = LimitParts.settings(RATE, BURST, UNTOLD);
    Limits limits = new Limits(settings, TimeMeter.SYSTEM_NANOTIME);
    Allowances users = limits.open(new Limit(name, RATE, BURST), 100);
    return new Instance(users, new LimitSharing(limits, settings, redis));
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
    // The lasting rate is one instance's, and none of it is lost either.
    assertThat(taken).isGreaterThan((long) (RATE * seconds * 0.9));
  }

  @Test
  void knowsAtOneInstanceWhatWasTakenAtTheOthers() {
    assertThat(instances.get(0).takeAll(user)).isGreaterThanOrEqualTo(BURST);
    instances.get(0).share();
    Instance other = instances.get(1);
    for (int i = 0; i < BURST * UNTOLD; i++) {
      assertThat(other.users().take(user).isConsumed()).isTrue();
    }
    other.share();
    assertThat(other.users().take(user).isConsumed()).isFalse();
    assertThat(other.users().take("somebody-else").isConsumed()).isTrue();
  }

  @Test
  void keepsALimitOfItsOwnWhileRedisIsAway() {
    Instance alone = instances.get(0);
    redisBreaker.transitionToForcedOpenState();
    try {
      long start = System.nanoTime();
      long taken = alone.takeAll(user);
      StepVerifier.create(alone.sharing().share(alone.users())).verifyError();
      taken += alone.takeAll(user);
      double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
      assertThat(taken).isBetween((long) BURST, (long) (BURST + RATE * seconds) + 1);
    } finally {
      redisBreaker.transitionToClosedState();
    }
  }

  @Test
  void leavesNothingInRedisOnceItIsFullAgain() {
    Instance one = instances.get(0);
    one.takeAll(user);
    one.share();
    String key = LimitSharing.key(one.users().limit()) + user;
    Long millis = redis.call(r -> r.pttl(key)).block(SOON);
    assertThat(millis).isBetween(1L, (long) BURST * 1000 / RATE + 100);
  }
}
