package dev.firstcome.batch;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** This room for a simulated instance: made of its real classes, on a given time. */
public final class BatchParts {

  private static final Duration LEAST = Duration.ofSeconds(2);

  private BatchParts() {}

  /**
   * @param unheard called with a lane's name and its batch when the batch ends with a failure
   */
  public static Lanes lanes(
      LaneSettings settings,
      FailureClassifier classifier,
      MeterRegistry meters,
      Scheduler timers,
      BiConsumer<String, List<?>> unheard) {
    return new Lanes(settings, classifier, meters, timers) {
      @Override
      public <C, T> BatchLane<C, T> open(
          String name, Function<List<C>, Mono<List<Verdict<T>>>> work) {
        return super.open(
            name, batch -> work.apply(batch).doOnError(failure -> unheard.accept(name, batch)));
      }
    };
  }

  public static Loops loops(LoopSettings settings, Scheduler timers, DoubleSupplier chance) {
    return new Loops(settings, timers, chance) {
      @Override
      public Loop addApart(String name, Duration interval, Mono<Boolean> work) {
        // Most turns find nothing to do, and what they look for lasts longer.
        return super.addApart(name, interval.compareTo(LEAST) < 0 ? LEAST : interval, work);
      }
    };
  }

  /** On real time, with loops that are not started yet. */
  public static Loops loops() {
    Duration soon = Duration.ofMillis(10);
    Duration limit = Duration.ofSeconds(10);
    return new Loops(
        new LoopSettings(soon, soon, limit, limit, limit), Schedulers.parallel(), Math::random);
  }

  public static Background background(MeterRegistry meters) {
    return new Background(meters);
  }
}
