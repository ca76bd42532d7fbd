package dev.firstcome.engine.lane;

import dev.firstcome.infra.postgres.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Lanes without a shop, on a time that only the test moves: {@code new
 * LaneFixture("max-batch=4").lane(work).submit(1)}.
 */
public final class LaneFixture {

  /** For what a flight had begun before its deadline. */
  static final Duration OVERTIME = Duration.ofSeconds(7);

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final LaneSettings settings;
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

  /**
   * @param properties of {@code firstcome.lanes}, such as {@code max-batch=4}; the others are as
   *     everywhere
   */
  public LaneFixture(String... properties) {
    settings = settings(properties);
  }

  public static LaneSettings settings(String... properties) {
    Map<String, String> map =
        Stream.of(properties)
            .map(property -> property.split("="))
            .collect(Collectors.toMap(pair -> "firstcome.lanes." + pair[0], pair -> pair[1]));
    return new Binder(new MapConfigurationPropertySource(map))
        .bindOrCreate("firstcome.lanes", Bindable.of(LaneSettings.class));
  }

  public <C, T> BatchLane<C, T> lane(Function<List<C>, Mono<List<Verdict<T>>>> work) {
    return lane(work, LockedRows.unknown());
  }

  public <C, T> BatchLane<C, T> lane(
      Function<List<C>, Mono<List<Verdict<T>>>> work, LockedRows<C> lockedRows) {
    return lanes().open("test", work, lockedRows);
  }

  private Lanes lanes() {
    return new Lanes(settings, OVERTIME, LaneFixture::kindOf, meters, time);
  }

  /** What a test throws says what it means. */
  static Failure kindOf(Throwable failure) {
    if (failure instanceof Failed failed) {
      return failed.kind;
    }
    return failure instanceof IllegalStateException ? Failure.POISONED : Failure.UNAVAILABLE;
  }

  static <T> Mono<T> fails(Failure kind) {
    return Mono.error(() -> new Failed(kind));
  }

  private static final class Failed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Failure kind;

    Failed(Failure kind) {
      super(kind.name());
      this.kind = kind;
    }
  }

  public void pass(Duration duration) {
    time.advanceTimeBy(duration);
  }

  public long nanos() {
    return time.now(TimeUnit.NANOSECONDS);
  }

  double gauge(String name) {
    return meters.get(name).gauge().value();
  }

  double count(String name) {
    return meters.get(name).counter().count();
  }
}
