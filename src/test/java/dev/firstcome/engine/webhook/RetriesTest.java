package dev.firstcome.engine.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.webhook.Outcome.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetriesTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Reply FAILED = Reply.of(500, null);

  private final Retries retries = new Retries(WebhookSettingsTest.bind(Map.of()));

  private static Leased leased(int attempts, @Nullable Duration failingFor) {
    OutboxEvent event =
        OutboxEvent.of(Consumer.PLATFORM, "payment.completed", UUID.randomUUID(), NOW);
    return new Leased(event, NOW.plusSeconds(30), attempts, failingFor);
  }

  private Duration pause(int attempts, Reply reply, double random) {
    Outcome outcome = retries.decide(leased(attempts, Duration.ZERO), reply, random);
    assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
    return outcome.pause();
  }

  @ParameterizedTest
  @CsvSource({"0, PT5S", "1, PT10S", "2, PT20S", "10, PT1H25M20S", "13, PT8H", "2000000000, PT8H"})
  void waitsAtMostTwiceAsLongEachTimeUpToALimit(int attempts, Duration longest) {
    assertThat(pause(attempts, FAILED, 1)).isEqualTo(longest);
  }

  @Test
  void waitsForARandomPartOfIt() {
    assertThat(pause(1, FAILED, 0)).isZero();
    assertThat(pause(1, FAILED, 0.25)).isEqualTo(Duration.ofMillis(2500));
  }

  @Test
  void waitsAsLongAsItIsAskedToWithinLimits() {
    assertThat(pause(0, Reply.of(429, Duration.ofMinutes(2)), 1)).isEqualTo(Duration.ofMinutes(2));
    assertThat(pause(0, Reply.of(503, Duration.ofDays(365)), 1)).isEqualTo(Duration.ofHours(8));
    assertThat(pause(9, Reply.of(503, Duration.ZERO), 1)).isEqualTo(Duration.ofSeconds(2560));
    assertThat(pause(0, Reply.of(500, Duration.ofMinutes(2)), 1)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void givesUpDaysAfterTheFirstFailure() {
    Duration days = Duration.ofDays(3);

    assertThat(retries.decide(leased(9, days), FAILED, 1).ending()).isEqualTo(Ending.FAILED);
    Outcome over = retries.decide(leased(9, days.plusMillis(1)), FAILED, 1);
    assertThat(over.ending()).isEqualTo(Ending.REFUSED);
    assertThat(over.attempts()).isEqualTo(10);
    assertThat(over.lastError()).isEqualTo("HTTP status 500");
  }

  @Test
  void triesAgainAfterTheFirstFailureHoweverOldTheEventIs() {
    assertThat(retries.decide(leased(0, null), FAILED, 1).ending()).isEqualTo(Ending.FAILED);
  }

  @Test
  void keepsWhatIsDeliveredHoweverLate() {
    Outcome outcome = retries.decide(leased(40, Duration.ofDays(30)), Reply.of(204, null), 1);

    assertThat(outcome.ending()).isEqualTo(Ending.DELIVERED);
    assertThat(outcome.lastError()).isNull();
  }

  @Test
  void givesUpAtOnceWhatHasNothingToSend() {
    assertThat(retries.decide(leased(0, null), Reply.NOTHING_TO_SEND, 1).ending())
        .isEqualTo(Ending.DEAD);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void countsAsRefusedWhatIsAboutTheEvent(int status) {
    assertThat(Reply.of(status, null).ending()).isEqualTo(Reply.Ending.REFUSED);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        301, 302, 307, 308, 401, 403, 404, 405, 408, 409, 410, 415, 425, 429, 451, 500, 502, 503,
        504
      })
  void triesAgainWhenItMay(int status) {
    assertThat(Reply.of(status, null).ending()).isEqualTo(Reply.Ending.RETRY);
  }

  @Test
  void blamesThePlatformForWhatWouldHitEveryEvent() {
    assertThat(Reply.of(410, null).healthy()).isFalse();
    assertThat(Reply.of(401, null).healthy()).isFalse();
    assertThat(Reply.of(422, null).healthy()).isTrue();
    assertThat(Reply.of(200, null).healthy()).isTrue();
  }
}
