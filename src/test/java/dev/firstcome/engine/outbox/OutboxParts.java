package dev.firstcome.engine.outbox;

import dev.firstcome.engine.batch.BatchRunner;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;

/** This room for a simulated instance: made of its real classes. */
public final class OutboxParts {

  public final Outbox outbox;
  public final ExactlyOnce exactlyOnce;
  public final Relay relay;
  private final List<OutboxConsumer> consumers = new ArrayList<>();

  public OutboxParts(
      Database database,
      BatchRunner runner,
      PeriodicJobs loops,
      OutboxSettings settings,
      LongSupplier nanos,
      MeterRegistry meters) {
    OutboxSql sql = new OutboxSql(database);
    outbox = new Outbox(sql);
    exactlyOnce = new ExactlyOnce(sql, runner, nanos);
    ObjectProvider<OutboxConsumer> provider =
        new ObjectProvider<>() {
          @Override
          public Stream<OutboxConsumer> orderedStream() {
            return consumers.stream();
          }
        };
    relay = new Relay(provider, loops, settings, meters);
  }

  public void connect(OutboxConsumer consumer) {
    consumers.add(consumer);
    relay.afterSingletonsInstantiated();
  }
}
