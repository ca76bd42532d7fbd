package dev.firstcome.engine.lane;

import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.JobSettings;
import dev.firstcome.infra.jobs.PeriodicJob;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.FailureClassifier;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** This room for a simulated instance: made of its real classes, on a given time. */
public final class BatchParts {

  private static final Duration LEAST = Duration.ofSeconds(2);

  private BatchParts() {}

  /** For what a flight had begun before its deadline: longer than anything stalls. */
  private static final Duration OVERTIME = Duration.ofSeconds(60);

  /** Hears of a lane's batch that ends with a failure. */
  @FunctionalInterface
  public interface Unheard {
    void of(String lane, List<?> batch, Throwable failure);
  }

  /**
   * @param unheard called with a lane's name and its batch when the batch ends with a failure
   */
  public static Lanes lanes(
      LaneSettings settings,
      FailureClassifier classifier,
      MeterRegistry meters,
      Scheduler timers,
      Unheard unheard) {
    return new Lanes(settings, OVERTIME, classifier, meters, timers) {
      @Override
      public <C, T> BatchLane<C, T> open(
          String name, Function<List<C>, Mono<List<Verdict<T>>>> work, LockedRows<C> lockedRows) {
        return super.open(
            name,
            batch -> work.apply(batch).doOnError(failure -> unheard.of(name, batch, failure)),
            lockedRows);
      }
    };
  }

  /** How long a job pauses that would pause as long as it says. */
  @FunctionalInterface
  public interface Pace {
    Duration of(String name, Duration interval);
  }

  /** Most turns find nothing to do, and what they look for lasts longer. */
  public static PeriodicJobs loops(JobSettings settings, Scheduler timers, DoubleSupplier chance) {
    return loops(settings, timers, chance, (name, interval) -> atLeast(LEAST, interval));
  }

  public static PeriodicJobs loops(
      JobSettings settings, Scheduler timers, DoubleSupplier chance, Pace pace) {
    return new PeriodicJobs(settings, timers, chance) {
      @Override
      public PeriodicJob addApart(String name, Duration interval, Mono<Boolean> work) {
        return super.addApart(name, pace.of(name, interval), work);
      }
    };
  }

  public static Duration atLeast(Duration least, Duration interval) {
    return interval.compareTo(least) < 0 ? least : interval;
  }

  /** On real time, with loops that are not started yet. */
  public static PeriodicJobs loops() {
    Duration soon = Duration.ofMillis(10);
    Duration limit = Duration.ofSeconds(10);
    return new PeriodicJobs(
        new JobSettings(soon, soon, limit, limit, limit), Schedulers.parallel(), Math::random);
  }

  public static Background background(MeterRegistry meters) {
    return new Background(meters);
  }
}
