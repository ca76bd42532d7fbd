package dev.firstcome.engine.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void understandsSeconds() {
    assertThat(RetryAfter.parse("120", NOW)).isEqualTo(Duration.ofMinutes(2));
    assertThat(RetryAfter.parse(" 0 ", NOW)).isZero();
  }

  @Test
  void understandsADate() {
    assertThat(RetryAfter.parse("Sun, 01 Mar 2026 12:00:30 GMT", NOW))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void doesNotWaitForADateThatIsOver() {
    assertThat(RetryAfter.parse("Sun, 01 Mar 2026 11:00:00 GMT", NOW)).isZero();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "-1", "1.5", "soon", "99999999999", "2026-03-01T12:00:30Z"})
  void ignoresAnythingElse(@Nullable String header) {
    assertThat(RetryAfter.parse(header, NOW)).isNull();
  }
}
