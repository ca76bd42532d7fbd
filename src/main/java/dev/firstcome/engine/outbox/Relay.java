package dev.firstcome.engine.outbox;

import dev.firstcome.engine.outbox.OutboxConsumer.Round;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.jobs.PeriodicJob;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Sees to it that every event reaches its consumer: one {@link PeriodicJob} each, so that one
 * consumer's trouble is never another's. Runs on every instance at once.
 */
@Component
public class Relay implements SmartInitializingSingleton {

  private final ObjectProvider<OutboxConsumer> consumers;
  private final PeriodicJobs loops;
  private final OutboxSettings settings;
  private final MeterRegistry meters;
  private final Map<Consumer, PeriodicJob> running = new EnumMap<>(Consumer.class);

  Relay(
      ObjectProvider<OutboxConsumer> consumers,
      PeriodicJobs loops,
      OutboxSettings settings,
      MeterRegistry meters) {
    this.consumers = consumers;
    this.loops = loops;
    this.settings = settings;
    this.meters = meters;
  }

  /**
   * To be called after a commit that wrote events for this consumer: they are then delivered
   * without waiting for the timer. Costs next to nothing, and may be forgotten without harm.
   */
  public void wake(Consumer consumer) {
    PeriodicJob loop = running.get(consumer);
    if (loop != null) {
      loop.wake();
    }
  }

  /** When every bean is there: a consumer may depend on a room whose lane depends on the relay. */
  @Override
  public void afterSingletonsInstantiated() {
    consumers.orderedStream().forEach(this::add);
  }

  /** What the job that serves a consumer is called. */
  public static String name(Consumer consumer) {
    return "relay to " + consumer;
  }

  /** The consumers of this instance. */
  Set<Consumer> consumers() {
    return running.keySet();
  }

  private void add(OutboxConsumer consumer) {
    Turns turns = new Turns(consumer);
    PeriodicJob loop =
        loops.add(name(consumer.consumer()), settings.interval(), Mono.defer(turns::next));
    if (running.put(consumer.consumer(), loop) != null) {
      throw new IllegalStateException("two consumers are called " + consumer.consumer());
    }
  }

  /** One consumer's turns, one after the other. */
  private final class Turns {

    private final OutboxConsumer consumer;
    private final Counter delivered;
    private final Counter putOff;
    private int limit = settings.batch();

    Turns(OutboxConsumer consumer) {
      this.consumer = consumer;
      String name = consumer.consumer().name();
      delivered = meters.counter("firstcome.outbox.delivered", "consumer", name);
      putOff = meters.counter("firstcome.outbox.put.off", "consumer", name);
    }

    Mono<Boolean> next() {
      int asked = limit;
      return consumer
          .deliver(asked)
          .map(round -> succeeded(round, asked))
          .doOnError(failure -> limit = Math.max(1, asked / 2));
    }

    /** A batch that is too slow for the time limits shrinks until it is not, and grows again. */
    private boolean succeeded(Round round, int asked) {
      delivered.increment(round.delivered());
      putOff.increment(round.taken() - round.delivered());
      limit = Math.min(settings.batch(), asked * 2);
      return round.taken() >= asked;
    }
  }
}
