package dev.firstcome.outbox;

import dev.firstcome.batch.Loops;
import dev.firstcome.database.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;

/** This room for a simulated instance: made of its real classes. */
public final class OutboxParts {

  public final Outbox outbox = new Outbox();
  public final ExactlyOnce exactlyOnce;
  public final Relay relay;
  private final List<OutboxConsumer> consumers = new ArrayList<>();

  public OutboxParts(
      Database database, Clock clock, Loops loops, OutboxSettings settings, MeterRegistry meters) {
    exactlyOnce = new ExactlyOnce(new OutboxRepository(database), database, clock);
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
