package dev.firstcome.engine.lock;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.Servers;
import dev.firstcome.engine.lock.NotLocked.Why;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.redis.RedisParts;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.StandardEnvironment;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Several instances that lock the same names, over a real Redis. */
@NullUnmarked
class MultiLockIT {

  /** A database that no shop of a test uses. */
  private static final int OWN = 15;

  /** So long that a machine's pause loses no lease. */
  private static final LockSettings PATIENT =
      new LockSettings(Patience.of(Duration.ofSeconds(10)), SOON, 256);

  /** So short that its end can be waited for. */
  private static final LockSettings BRIEF = new LockSettings(Duration.ofMillis(500), SOON, 256);

  private final List<LockingInstance> instances = new ArrayList<>();
  private String url;
  private RedisClient client;
  private RedisCommands<String, String> redis;

  @BeforeEach
  void open() {
    StandardEnvironment environment = new StandardEnvironment();
    String name = "spring.data.redis.url";
    url =
        Servers.forTests(environment).getOrDefault(name, environment.getProperty(name)) + "/" + OWN;
    client = RedisClient.create(LockingInstance.THREADS, url);
    redis = client.connect().sync();
    redis.flushdb();
  }

  @AfterEach
  void close() {
    instances.forEach(LockingInstance::close);
    client.shutdown(Duration.ZERO, SOON);
  }

  private static ConditionFactory soon() {
    return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(SOON);
  }

  private LockingInstance instance(LockSettings settings) {
    LockingInstance instance = new LockingInstance(url, settings);
    instances.add(instance);
    return instance;
  }

  /** Work that has begun when its lease is there, and ends when it is told to. */
  private static final class Work {

    final List<Lease> begun = new CopyOnWriteArrayList<>();
    private final Sinks.Empty<Void> end = Sinks.empty();
    private final Disposable subscription;

    Work(LockingInstance where, String... names) {
      subscription = where.locks.with(List.of(names), this::run).onErrorComplete().subscribe();
    }

    private Mono<Void> run(Lease lease) {
      begun.add(lease);
      return end.asMono();
    }

    boolean hasBegun() {
      return !begun.isEmpty();
    }

    Lease lease() {
      soon().until(this::hasBegun);
      return begun.get(0);
    }

    void end() {
      end.tryEmitEmpty();
    }

    void cancel() {
      subscription.dispose();
    }
  }

  private Work holding(LockingInstance where, String... names) {
    Work work = new Work(where, names);
    work.lease();
    return work;
  }

  private Work waiting(LockingInstance where, String... names) {
    long before = tickets();
    Work work = new Work(where, names);
    soon().until(() -> tickets() > before);
    return work;
  }

  /** Beside the number given last. */
  private long tickets() {
    return Math.max(0, redis.hlen(LockQueue.KEY) - 1);
  }

  private static boolean isFree(LockingInstance where, String... names) {
    return where.locks.ifFree(List.of(names), lease -> Mono.empty()).block(SOON);
  }

  private static Mono<Long> touch(LockingInstance where, String... names) {
    return where.locks.with(List.of(names), lease -> Mono.just(lease.fence()));
  }

  @Test
  void holdsAllNamesOrNoneAndNeverOneNameTwice() {
    List<LockingInstance> three = List.of(instance(PATIENT), instance(PATIENT), instance(PATIENT));
    List<String> names = List.of("a", "b", "c", "d");
    Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();
    Map<String, List<Long>> fences = new ConcurrentHashMap<>();
    AtomicInteger together = new AtomicInteger();
    Random chance = new Random(7);
    List<Mono<Void>> works = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      List<String> some = new ArrayList<>(names);
      Collections.shuffle(some, chance);
      List<String> wanted = some.subList(0, 1 + chance.nextInt(3));
      Mono<Void> work =
          three
              .get(i % 3)
              .locks
              .with(
                  wanted,
                  lease ->
                      Mono.fromRunnable(() -> enter(wanted, lease, inside, fences, together))
                          .then(Mono.delay(Duration.ofMillis(1)))
                          .doOnNext(later -> wanted.forEach(n -> inside.get(n).decrementAndGet()))
                          .then());
      works.add(work);
    }
    Flux.fromIterable(works).flatMap(work -> work, works.size()).blockLast(SOON);
    assertThat(together).hasValue(0);
    assertThat(fences.keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(fences.values()).allSatisfy(each -> assertThat(each).isSorted());
    assertThat(tickets()).isZero();
  }

  private static void enter(
      List<String> names,
      Lease lease,
      Map<String, AtomicInteger> inside,
      Map<String, List<Long>> fences,
      AtomicInteger together) {
    for (String name : names) {
      if (inside.computeIfAbsent(name, n -> new AtomicInteger()).incrementAndGet() > 1) {
        together.incrementAndGet();
      }
      fences.computeIfAbsent(name, n -> new CopyOnWriteArrayList<>()).add(lease.fence());
    }
  }

  @Test
  void locksInOppositeOrdersWithoutADeadlock() {
    LockingInstance here = instance(PATIENT);
    LockingInstance there = instance(PATIENT);
    Flux<Long> works =
        Flux.range(0, 60)
            .flatMap(i -> i % 2 == 0 ? touch(here, "a", "b") : touch(there, "b", "a"), 60);
    StepVerifier.create(works).expectNextCount(60).expectComplete().verify(SOON);
  }

  @Test
  void letsNoNarrowWorkOvertakeAWideOneThatWaits() {
    LockingInstance here = instance(PATIENT);
    LockingInstance there = instance(PATIENT);
    Work first = holding(here, "a");
    Work wide = waiting(there, "a", "b");
    Work narrow = waiting(here, "b");
    assertThat(isFree(there, "b")).isFalse();
    assertThat(isFree(there, "c")).isTrue();

    first.end();
    Lease held = wide.lease();
    assertThat(narrow.hasBegun()).isFalse();
    wide.end();
    assertThat(narrow.lease().fence()).isGreaterThan(held.fence());
    narrow.end();
  }

  @Test
  void renewsALeaseWhileItsWorkRuns() {
    Duration lease = Patience.of(Duration.ofSeconds(1));
    LockSettings settings = new LockSettings(lease, SOON, 256);
    LockingInstance here = instance(settings);
    Work longer = holding(here, "a");
    Work next = waiting(instance(settings), "a");
    soon().during(lease.plusMillis(200)).until(() -> !next.hasBegun());
    assertThat(longer.lease().isLost()).isFalse();
    longer.end();
    next.lease();
    next.end();
  }

  @Test
  void givesTheNamesOfADeadHolderAndThePlaceOfADeadWaiterToTheNext() {
    LockingInstance dying = instance(BRIEF);
    Lease never = holding(dying, "a", "b").lease();
    waiting(dying, "b", "c");
    Work next = waiting(instance(BRIEF), "c", "a");
    dying.close();
    assertThat(next.lease().fence()).isGreaterThan(never.fence());
    next.end();
    assertThat(never.isLost()).isTrue();
  }

  @Test
  void tellsALeaseThatItIsLost() {
    LockingInstance here = instance(BRIEF);
    Work work = holding(here, "a");
    redis.del(LockQueue.KEY);
    soon().until(() -> work.lease().isLost());
    soon().until(() -> here.lost() == 1);
    assertThat(touch(instance(BRIEF), "a").block(SOON)).isGreaterThan(work.lease().fence());
    work.end();
  }

  @Test
  void knowsWithoutRedisThatALeaseHasEnded() {
    LockingInstance here = instance(BRIEF);
    Work work = holding(here, "a");
    here.pause();
    soon().until(() -> work.lease().isLost());
    work.end();
  }

  @Test
  void wakesWhoeverIsNextAndNobodyElse() {
    LockingInstance here = instance(PATIENT);
    LockingInstance there = instance(PATIENT);
    Work first = holding(here, "a");
    // Listens from here on, so that what is counted is the waking alone.
    Work second = waiting(there, "a");
    soon().until(() -> listeners() > 0);
    int waiters = 50;
    List<Long> order = new CopyOnWriteArrayList<>();
    Disposable all =
        Flux.range(0, waiters).flatMap(i -> touch(there, "a"), waiters).subscribe(order::add);
    soon().until(() -> tickets() == waiters + 2);
    long calls = there.calls();
    long published = published();

    first.end();
    second.lease();
    second.end();
    soon().until(all::isDisposed);
    assertThat(order).hasSize(waiters).isSorted();
    // Each leaves, and takes its names without asking for them again; and a few renewals of all.
    assertThat(there.calls() - calls).isBetween(waiters + 1L, waiters + 10L);
    assertThat(published() - published).isEqualTo(waiters + 1);
  }

  private long listeners() {
    return redis.pubsubNumsub(LockQueue.CHANNEL).get(LockQueue.CHANNEL);
  }

  private long published() {
    Matcher calls =
        Pattern.compile("cmdstat_publish:calls=(\\d+)").matcher(redis.info("commandstats"));
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void findsItsTurnByItselfWhenTheBellWasNotHeard() {
    LockingInstance deaf = new LockingInstance(url, BRIEF, (channel, heard, again) -> Mono.empty());
    instances.add(deaf);
    Work first = holding(instance(BRIEF), "a");
    Work next = waiting(deaf, "a");
    first.end();
    next.lease();
    next.end();
  }

  @Test
  void listensAgainWhenItsConnectionWasLost() {
    LockingInstance here = instance(PATIENT);
    LockingInstance there = instance(PATIENT);
    Work first = holding(here, "a");
    Work next = waiting(there, "a");
    soon().until(() -> listeners() > 0);
    redis.clientKill(KillArgs.Builder.typePubsub());
    soon().until(() -> listeners() > 0);
    first.end();
    next.lease();
    next.end();
  }

  @Test
  void standsInLineAnewWhenRedisHasForgottenTheLine() {
    LockingInstance there = instance(BRIEF);
    Work first = holding(instance(BRIEF), "a");
    Work next = waiting(there, "a");
    redis.del(LockQueue.KEY);
    assertThat(next.lease().fence()).isGreaterThan(first.lease().fence());
    first.end();
    next.end();
  }

  @Test
  void leavesItsPlaceWhenItIsCancelled() {
    LockingInstance here = instance(PATIENT);
    Work first = holding(here, "a");
    Work goesAway = waiting(here, "a", "b");
    assertThat(isFree(here, "b")).isFalse();
    goesAway.cancel();
    soon().until(() -> isFree(here, "b"));
    first.end();
    soon().until(() -> tickets() == 0);
    assertThat(goesAway.hasBegun()).isFalse();
  }

  @Test
  void keepsTheNamesOfCancelledWorkUntilItIsOver() {
    LockingInstance here = instance(PATIENT);
    Work work = holding(here, "a");
    work.cancel();
    assertThat(isFree(here, "a")).isFalse();
    work.end();
    soon().until(() -> isFree(here, "a"));
  }

  @Test
  void letsGoOfTheNamesWhenTheWorkFails() {
    LockingInstance here = instance(PATIENT);
    Mono<Object> failing =
        here.locks.with(
            List.of("a"),
            lease -> {
              throw new IllegalStateException("on purpose");
            });
    StepVerifier.create(failing).expectErrorMessage("on purpose").verify(SOON);
    assertThat(isFree(here, "a")).isTrue();
  }

  @Test
  void refusesOneMoreThanMayWait() {
    LockingInstance here = instance(new LockSettings(Patience.of(Duration.ofSeconds(10)), SOON, 2));
    Work first = holding(here, "a");
    Work second = waiting(here, "a");
    assertRefused(touch(here, "a"), Why.FULL);
    assertThat(isFree(here, "b")).isFalse();
    first.end();
    second.lease();
    second.end();
  }

  @Test
  void refusesWhoeverHasWaitedForTooLongAndFreesItsPlace() {
    LockSettings hasty = new LockSettings(Duration.ofMillis(200), Duration.ofMillis(300), 256);
    LockingInstance here = instance(PATIENT);
    Work first = holding(here, "a");
    assertRefused(touch(instance(hasty), "a", "b"), Why.TOO_LATE);
    soon().until(() -> isFree(here, "b"));
    first.end();
  }

  @Test
  void saysThatRedisIsAwayAndBeginsNothing() {
    MultiLock away =
        RedisParts.locks(RedisParts.redis(Mono.error(() -> new RedisConnectionException("away"))));
    AtomicInteger begun = new AtomicInteger();
    Mono<Integer> work =
        away.with(List.of("a"), lease -> Mono.fromCallable(begun::incrementAndGet));
    assertRefused(work, Why.AWAY);
    assertRefused(away.ifFree(List.of("a"), lease -> Mono.empty()), Why.AWAY);
    assertThat(begun).hasValue(0);
  }

  @Test
  void leavesALeaseToItsHolderThatIsLongerThanItsOwn() {
    LockSettings hasty = new LockSettings(Duration.ofMillis(100), SOON, 256);
    LockingInstance here = instance(PATIENT);
    LockingInstance there = instance(hasty);
    Work first = holding(here, "a");
    Work second = waiting(there, "a");
    long asked = there.calls();
    // Three for each time that its own lease passes.
    soon().until(() -> there.calls() > asked + 12);
    assertThat(second.hasBegun()).isFalse();
    first.end();
    soon().until(second::hasBegun);
    second.end();
  }

  private static void assertRefused(Mono<?> work, Why why) {
    StepVerifier.create(work)
        .expectErrorSatisfies(
            no -> assertThat(no).isInstanceOf(NotLocked.class).hasMessage(why.name()))
        .verify(SOON);
  }

  @Test
  void givesRisingNumbersAlsoWhenAllIsForgottenOrTheClockIsBehind() {
    LockingInstance here = instance(PATIENT);
    long first = touch(here, "a").block(SOON);
    assertThat(touch(here, "b").block(SOON)).isGreaterThan(first);
    redis.flushdb();
    assertThat(touch(instance(PATIENT), "a").block(SOON)).isGreaterThan(first);

    long ahead = first + Duration.ofHours(1).toNanos() / 1000;
    here.locks.seen(ahead);
    long second = touch(here, "a").block(SOON);
    assertThat(second).isGreaterThan(ahead);
    redis.flushdb();
    assertThat(touch(here, "a").block(SOON)).isGreaterThan(second);
  }

  @Test
  void refusesNamesThatAreNone() {
    LockingInstance here = instance(PATIENT);
    StepVerifier.create(touch(here)).verifyError(IllegalArgumentException.class);
    StepVerifier.create(touch(here, "two words")).verifyError(IllegalArgumentException.class);
  }
}
