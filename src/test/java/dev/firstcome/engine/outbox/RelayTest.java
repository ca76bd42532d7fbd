package dev.firstcome.engine.outbox;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import reactor.core.publisher.Mono;

class RelayTest {

  private static final OutboxSettings SETTINGS =
      new OutboxSettings(64, Duration.ofMillis(10), Duration.ofDays(7));

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext();

  @AfterEach
  void close() {
    context.close();
  }

  private void relayTo(OutboxConsumer... consumers) {
    DefaultListableBeanFactory beans = context.getDefaultListableBeanFactory();
    for (int i = 0; i < consumers.length; i++) {
      beans.registerSingleton("consumer" + i, consumers[i]);
    }
    beans.registerSingleton("settings", SETTINGS);
    beans.registerSingleton("meters", meters);
    beans.registerSingleton(
        "loopSettings",
        new Binder(
                new MapConfigurationPropertySource(
                    java.util.Map.of(
                        "l.min-backoff", "1ms", "l.max-backoff", "5ms", "l.stop-timeout", "100ms")))
            .bindOrCreate("l", dev.firstcome.infra.jobs.JobSettings.class));
    context.register(Relay.class, PeriodicJobs.class);
    context.refresh();
  }

  private record Fake(
      Consumer consumer, List<Integer> asked, java.util.function.IntFunction<Mono<Round>> work)
      implements OutboxConsumer {

    Fake(Consumer consumer, java.util.function.IntFunction<Mono<Round>> work) {
      this(consumer, new CopyOnWriteArrayList<>(), work);
    }

    @Override
    public Mono<Round> deliver(int limit) {
      asked.add(limit);
      return work.apply(limit);
    }
  }

  @Test
  void asksForFewerWhileBatchesFailAndForMoreAgainAfterwards() {
    Fake slow =
        new Fake(
            Consumer.CART,
            limit ->
                limit > 8
                    ? Mono.error(new IllegalStateException("too slow"))
                    : Mono.just(new OutboxConsumer.Round(limit, limit)));
    relayTo(slow);
    Awaitility.await().atMost(SOON).until(() -> slow.asked().size() >= 6);
    assertThat(List.copyOf(slow.asked()).subList(0, 6)).containsExactly(64, 32, 16, 8, 16, 8);
  }

  @Test
  void oneConsumersTroubleIsNotAnothers() {
    Fake broken = new Fake(Consumer.CART, limit -> Mono.error(new IllegalStateException("broken")));
    Fake hanging = new Fake(Consumer.PLATFORM, limit -> Mono.never());
    Fake well = new Fake(Consumer.RANKING, limit -> Mono.just(new OutboxConsumer.Round(3, 2)));
    relayTo(broken, hanging, well);
    Awaitility.await().atMost(SOON).until(() -> well.asked().size() > 20);
    assertThat(hanging.asked()).hasSize(1);
    // At rest, or one counter would be read before and the other after a turn.
    context.stop();
    assertThat(meters.counter("firstcome.outbox.delivered", "consumer", "RANKING").count())
        .isEqualTo(2 * meters.counter("firstcome.outbox.put.off", "consumer", "RANKING").count())
        .isPositive();
  }

  @Test
  void wakingWhoIsNotThereIsNothing() {
    relayTo();
    Relay relay = context.getBean(Relay.class);
    assertThat(relay.consumers()).isEmpty();
    Stream.of(Consumer.values()).forEach(relay::wake);
  }

  @Test
  void refusesTwoConsumersOfOneName() {
    Fake one = new Fake(Consumer.CART, limit -> Mono.just(OutboxConsumer.Round.NOTHING));
    Fake two = new Fake(Consumer.CART, limit -> Mono.just(OutboxConsumer.Round.NOTHING));
    assertThatThrownBy(() -> relayTo(one, two)).hasMessageContaining("CART");
  }
}
