package dev.firstcome.engine.outbox;

import dev.firstcome.engine.batch.BatchJob;
import dev.firstcome.engine.batch.BatchRunner;
import dev.firstcome.engine.batch.LookBack;
import dev.firstcome.engine.outbox.OutboxConsumer.Round;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Session;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Delivers to a consumer whose whole effect is in PostgreSQL: the effect and the end of the event
 * are one transaction, so an event has its effect exactly once however often delivery is tried, and
 * on however many instances. An event that cannot be delivered is put off, and holds up no other.
 */
@Component
public class ExactlyOnce {

  private final OutboxSql outbox;
  private final BatchRunner runner;
  private final LongSupplier nanos;
  private final Map<Consumer, LookBack> looks = new ConcurrentHashMap<>();

  @Autowired
  ExactlyOnce(OutboxSql outbox, BatchRunner runner) {
    this(outbox, runner, System::nanoTime);
  }

  ExactlyOnce(OutboxSql outbox, BatchRunner runner, LongSupplier nanos) {
    this.outbox = outbox;
    this.runner = runner;
    this.nanos = nanos;
  }

  /**
   * @param effect of a few events together, within the given transaction; it must fail if one of
   *     them is none that it understands
   */
  public Mono<Round> deliver(
      Consumer consumer, int limit, BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect) {
    LookBack look = looks.computeIfAbsent(consumer, name -> new LookBack(nanos));
    return runner
        .run(new Delivery(consumer, limit, look, effect))
        .doOnNext(progress -> look.done(progress.taken() < limit))
        .map(progress -> new Round(progress.taken(), progress.done()));
  }

  private final class Delivery implements BatchJob<OutboxEvent> {

    private final Consumer consumer;
    private final int limit;
    private final LookBack look;
    private final BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect;

    Delivery(
        Consumer consumer,
        int limit,
        LookBack look,
        BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect) {
      this.consumer = consumer;
      this.limit = limit;
      this.look = look;
      this.effect = effect;
    }

    @Override
    public Mono<List<OutboxEvent>> take(Session session) {
      return outbox.take(session, consumer, limit, look.next());
    }

    @Override
    public Mono<List<OutboxEvent>> takeThese(Session session, List<OutboxEvent> some) {
      return outbox.takeThese(session, some);
    }

    @Override
    public Mono<Void> apply(Session session, List<OutboxEvent> taken) {
      return effect
          .apply(session, taken)
          .then(Mono.defer(() -> outbox.finish(session, taken)))
          .then();
    }

    @Override
    public String subject(OutboxEvent one) {
      return "event:" + one.id();
    }

    @Override
    public Mono<Void> setAside(OutboxEvent one, String why) {
      return outbox.putOff(one.id(), why).then();
    }
  }
}
