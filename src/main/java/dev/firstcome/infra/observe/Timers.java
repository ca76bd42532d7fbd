package dev.firstcome.infra.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/** Timers of batches and calls: made once, kept in fields, with the same few buckets everywhere. */
public final class Timers {

  /** Few, because each is a series for each lane; the limits are those of the page on alerts. */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private Timers() {}

  /**
   * @param tags key, value, key, value …
   */
  public static Timer timer(MeterRegistry meters, String name, String description, String... tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(meters);
  }

  /** The same work, timed from its subscription to its end, whichever that is. */
  public static <T> Mono<T> over(Timer timer, Mono<T> work) {
    return Mono.defer(
        () -> {
          long start = System.nanoTime();
          return work.doOnTerminate(
              () -> timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
        });
  }
}
