package dev.firstcome.infra.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class BackgroundTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Background background = new Background(meters);

  @Test
  void dropsWhatFindsNoPlaceAndSaysSoAndGoesOnWhenThereIsOne() {
    Sinks.Empty<Void> end = Sinks.empty();
    AtomicInteger started = new AtomicInteger();
    while (background.start("waits", end.asMono())) {
      started.incrementAndGet();
    }
    assertThat(started).hasValue(1024);
    assertThat(meters.counter("firstcome.background.dropped").count()).isEqualTo(1);
    end.tryEmitEmpty();

    assertThat(background.start("next", Mono.empty())).isTrue();
  }

  @Test
  void loadsAFewThingsAtATime() {
    Sinks.Empty<Void> end = Sinks.empty();
    int started = 0;
    while (background.load("waits", end.asMono())) {
      started++;
    }
    assertThat(started).isEqualTo(background.connections());
    assertThat(background.start("no load", Mono.empty())).isTrue();
    end.tryEmitEmpty();

    for (int i = 0; i < 10; i++) {
      assertThat(background.load("next", Mono.error(new IllegalStateException("away")))).isTrue();
    }
  }

  @Test
  void givesAPlaceBackWhenTheWorkFailsAndCountsIt() {
    for (int i = 0; i < 2000; i++) {
      assertThat(background.start("fails", Mono.error(new IllegalStateException("away")))).isTrue();
    }
    assertThat(meters.counter("firstcome.background.failed").count()).isEqualTo(2000);
  }
}
