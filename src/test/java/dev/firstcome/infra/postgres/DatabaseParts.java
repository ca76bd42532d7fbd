package dev.firstcome.infra.postgres;

import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.springframework.boot.context.properties.bind.Binder;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: its real classes over given connections. */
public final class DatabaseParts {

  /** As they are unless somebody says otherwise. */
  public static final DatabaseSettings SETTINGS =
      new Binder().bindOrCreate("firstcome.database", DatabaseSettings.class);

  private DatabaseParts() {}

  public static Database database(ConnectionFactory connections) {
    return new Database(connections);
  }

  /** Broken on purpose: goes on after every deadline. */
  public static Database tireless(ConnectionFactory connections) {
    return new Database(connections) {
      @Override
      public <T> Mono<T> transaction(Function<Session, Mono<T>> work) {
        return super.transaction(work).contextWrite(context -> context.delete(Deadline.class));
      }
    };
  }

  /**
   * @param nanos counts on whatever happens to the clock
   */
  public static DatabaseClock clock(
      Database database, Clock clock, PeriodicJobs jobs, MeterRegistry meters, LongSupplier nanos) {
    return new DatabaseClock(database, clock, jobs, meters, nanos);
  }

  /** Broken on purpose: says what a transaction has made before it is committed. */
  public static Database hasty(ConnectionFactory connections) {
    return new Database(connections) {
      @Override
      public <T> Mono<T> transaction(Function<Session, Mono<T>> work) {
        return Mono.create(
            sink ->
                super.transaction(session -> work.apply(session).doOnNext(sink::success))
                    .subscribe(committed -> {}, sink::error));
      }
    };
  }
}
