package dev.firstcome.engine.lock;

import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.observe.Spans;
import dev.firstcome.infra.redis.Redis;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One of several that lock the same names: its own connections, loops and meters. */
final class LockingInstance implements AutoCloseable {

  /** Of all instances and tests: to start and end threads for each takes longer than a test. */
  static final ClientResources THREADS = ClientResources.create();

  final MultiLock locks;
  final MeterRegistry meters = new SimpleMeterRegistry();
  private final RedisClient client;
  private final PeriodicJobs loops = BatchParts.loops();

  LockingInstance(String url, LockSettings settings) {
    this(url, settings, null);
  }

  /**
   * @param bell null for the real one
   */
  LockingInstance(String url, LockSettings settings, @Nullable LockNotifications bell) {
    client = RedisClient.create(THREADS, url);
    Redis redis =
        new Redis(
            Mono.just(client.connect(StringCodec.UTF8).async()),
            CircuitBreaker.ofDefaults("test"),
            meters,
            Spans.NONE);
    LockQueue line =
        new LockQueue(
            redis,
            bell != null
                ? bell
                : new RedisLockNotifications(
                    () -> client.connectPubSubAsync(StringCodec.UTF8, RedisURI.create(url))),
            settings,
            loops,
            BatchParts.background(meters),
            System::nanoTime,
            meters);
    locks = new MultiLock(line, settings.patience(), Schedulers.parallel());
    loops.start();
  }

  /** How often Redis was asked for anything. */
  long calls() {
    return meters.timer("firstcome.redis.calls", "outcome", "answered").count();
  }

  double lost() {
    return meters.counter("firstcome.locks.lost").count();
  }

  /** Renews nothing any more. */
  void pause() {
    loops.stop();
  }

  /** As a process ends that is killed: nothing is given back. */
  @Override
  public void close() {
    loops.stop();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
