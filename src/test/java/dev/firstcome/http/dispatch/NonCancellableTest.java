package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.refusal.Refused;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;

class NonCancellableTest {

  private final NonCancellable shield =
      new NonCancellable(
          new WebSettings(
              DataSize.ofKilobytes(64),
              DataSize.ofKilobytes(8),
              Duration.ofSeconds(5),
              Duration.ofMillis(100),
              Duration.ofMillis(300),
              Duration.ofSeconds(5),
              Duration.ofSeconds(5),
              10,
              0,
              1,
              1,
              List.of(),
              new WebSettings.Cors(List.of()),
              1));

  @AfterEach
  void stop() {
    shield.destroy();
  }

  @Test
  void passesOnWhatTheWorkComesTo() {
    StepVerifier.create(shield.over(Mono.just("answer"))).expectNext("answer").verifyComplete();
    StepVerifier.create(shield.over(Mono.empty())).verifyComplete();
    StepVerifier.create(shield.over(Mono.error(new IllegalStateException())))
        .verifyError(IllegalStateException.class);
  }

  @Test
  void doesNotCancelTheWorkOfAClientThatLeft() {
    TestPublisher<String> work = TestPublisher.create();
    Disposable client = shield.over(work.mono()).subscribe();
    client.dispose();
    work.assertWasSubscribed();
    work.assertNotCancelled();
    work.emit("done");
  }

  @Test
  void stopsWaitingInTimeWithoutCancellingTheWork() {
    Sinks.One<String> go = Sinks.one();
    PublisherProbe<String> work = PublisherProbe.of(go.asMono());
    StepVerifier.create(shield.over(work.mono()))
        .expectErrorSatisfies(e -> assertThat(e).isInstanceOf(Refused.class))
        .verify(Duration.ofSeconds(5));
    work.assertWasNotCancelled();
    go.tryEmitValue("too late");
  }

  @Test
  void givesTheWorkTheContextOfItsRequest() {
    Mono<String> work = Mono.deferContextual(context -> Mono.just(context.get("key")));
    StepVerifier.create(shield.over(work).contextWrite(context -> context.put("key", "value")))
        .expectNext("value")
        .verifyComplete();
  }

  @Test
  void doesNothingBeforeItIsSubscribedTo() {
    PublisherProbe<String> work = PublisherProbe.empty();
    assertThat(shield.over(work.mono())).isNotNull();
    work.assertWasNotSubscribed();
  }
}
