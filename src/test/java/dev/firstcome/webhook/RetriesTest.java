package dev.firstcome.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
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

  private static Leased leased(int attempts, @Nullable Instant tryingSince) {
    OutboxEvent event =
        OutboxEvent.of(Consumer.PLATFORM, "payment.completed", UUID.randomUUID(), NOW);
    return new Leased(event, NOW.plusSeconds(30), attempts, tryingSince);
  }

  private Duration pause(int attempts, Reply reply, double random) {
    Outcome outcome = retries.decide(leased(attempts, NOW), reply, NOW, random);
    assertThat(outcome.status()).isEqualTo(EventStatus.PENDING);
    return Duration.between(NOW, outcome.nextAttemptAt());
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

    assertThat(retries.decide(leased(9, NOW.minus(days)), FAILED, NOW, 1).status())
        .isEqualTo(EventStatus.PENDING);
    Outcome dead = retries.decide(leased(9, NOW.minus(days).minusMillis(1)), FAILED, NOW, 1);
    assertThat(dead.status()).isEqualTo(EventStatus.DEAD);
    assertThat(dead.attempts()).isEqualTo(10);
    assertThat(dead.lastError()).isEqualTo("HTTP status 500");
  }

  @Test
  void countsTheDaysFromTheFirstFailureAndNotFromTheEvent() {
    Outcome first = retries.decide(leased(0, null), FAILED, NOW.plus(Duration.ofDays(9)), 1);

    assertThat(first.status()).isEqualTo(EventStatus.PENDING);
    assertThat(first.tryingSince()).isEqualTo(NOW.plus(Duration.ofDays(9)));
  }

  @Test
  void keepsWhatIsDeliveredHoweverLate() {
    Instant long_ago = NOW.minus(Duration.ofDays(30));
    Outcome outcome = retries.decide(leased(40, long_ago), Reply.of(204, null), NOW, 1);

    assertThat(outcome.status()).isEqualTo(EventStatus.DELIVERED);
    assertThat(outcome.deliveredAt()).isEqualTo(NOW);
    assertThat(outcome.lastError()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 410, 413, 415, 422, 451})
  void givesUpAtOnceWhenThePlatformWillNeverTakeIt(int status) {
    assertThat(Reply.of(status, null).ending()).isEqualTo(Reply.Ending.DEAD);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308, 408, 409, 425, 429, 500, 502, 503, 504})
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
