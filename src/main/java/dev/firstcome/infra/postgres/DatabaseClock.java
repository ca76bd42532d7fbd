package dev.firstcome.infra.postgres;

import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * What PostgreSQL's clock shows, as far as this instance knows without asking. It was asked a few
 * seconds ago, and this machine's monotonic clock has counted since; the wall clock has no part in
 * it.
 *
 * <p>Nothing is granted by it: what opens, closes or is due is decided in a transaction, by {@link
 * Session#now}. It refuses what is certainly early or late, and tells {@code serverTime}.
 */
@Component
public final class DatabaseClock {

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /** A reading that is older is trusted no more. */
  private static final long TRUST_NANOS = Duration.ofMinutes(1).toNanos();

  /** Two quartz clocks part by less than this: 200 µs in a second. */
  private static final long DRIFT_PER_SECOND = 200_000;

  private final Database database;
  private final Clock fallback;
  private final LongSupplier nanos;
  private volatile @Nullable Reading latest;

  @Autowired
  DatabaseClock(Database database, Clock clock, PeriodicJobs jobs, MeterRegistry meters) {
    this(database, clock, jobs, meters, System::nanoTime);
  }

  /**
   * @param clock this instance's own, for as long as PostgreSQL has never been asked
   * @param nanos counts on whatever happens to the wall clock
   */
  DatabaseClock(
      Database database, Clock clock, PeriodicJobs jobs, MeterRegistry meters, LongSupplier nanos) {
    this.database = database;
    this.fallback = clock;
    this.nanos = nanos;
    TimeGauge.builder("firstcome.database.clock.ahead", this::aheadMicros, TimeUnit.MICROSECONDS)
        .description(
            "by how much PostgreSQL's clock is ahead of this instance's; nothing rests on it")
        .register(meters);
    jobs.add("database clock", INTERVAL, Mono.defer(this::ask));
  }

  /**
   * One answer.
   *
   * @param at what PostgreSQL's clock showed in the middle of asking
   * @param nanos this machine's monotonic clock then
   * @param error half of the time that the asking took
   */
  private record Reading(Instant at, long nanos, long error) {

    Instant at(long now) {
      return at.plusNanos(now - nanos);
    }

    long errorAt(long now) {
      return error + (now - nanos) / 1_000_000_000 * DRIFT_PER_SECOND + DRIFT_PER_SECOND;
    }

    boolean isTrusted(long now) {
      return now - nanos < TRUST_NANOS;
    }
  }

  /** The time to tell a client. */
  public Instant now() {
    Reading reading = latest;
    return reading == null ? fallback.instant() : micros(reading.at(nanos.getAsLong()));
  }

  /** Whether the moment has certainly not come yet by PostgreSQL's clock. */
  public boolean isCertainlyBefore(Instant moment) {
    Reading reading = latest;
    long now = nanos.getAsLong();
    return reading != null
        && reading.isTrusted(now)
        && reading.at(now).plusNanos(reading.errorAt(now)).isBefore(moment);
  }

  /** Whether the moment has certainly come by PostgreSQL's clock. */
  public boolean isCertainlyAfter(Instant moment) {
    Reading reading = latest;
    long now = nanos.getAsLong();
    return reading != null
        && reading.isTrusted(now)
        && reading.at(now).minusNanos(reading.errorAt(now)).isAfter(moment);
  }

  Mono<Boolean> ask() {
    long asked = nanos.getAsLong();
    return database
        .list(Session.NOW, Session::instant)
        .doOnNext(
            answer -> {
              long half = (nanos.getAsLong() - asked) / 2;
              latest = new Reading(answer.get(0), asked + half, half);
            })
        .thenReturn(false);
  }

  private double aheadMicros() {
    Reading reading = latest;
    return reading == null
        ? 0
        : Duration.between(fallback.instant(), reading.at(nanos.getAsLong())).toNanos() / 1000.0;
  }

  private static Instant micros(Instant time) {
    return time.minusNanos(time.getNano() % 1000);
  }
}
