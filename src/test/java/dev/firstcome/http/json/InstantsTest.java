package dev.firstcome.http.json;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstantsTest {

  /** The first and the last microsecond that are written with four digits for the year. */
  private static final long FIRST = -62_167_219_200L * 1_000_000;

  private static final long LAST = 253_402_300_799L * 1_000_000 + 999_999;

  private static Instant micros(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-31T09:00:00Z, 2026-01-31T09:00:00.000000Z",
    "2026-01-31t09:00:00z, 2026-01-31T09:00:00.000000Z",
    "2026-01-31 09:00:00Z, 2026-01-31T09:00:00.000000Z",
    "2026-01-31T09:00:00.1Z, 2026-01-31T09:00:00.100000Z",
    "2026-01-31T09:00:00.0000001Z, 2026-01-31T09:00:00.000000Z",
    "2026-12-31T23:59:59.9999999Z, 2026-12-31T23:59:59.999999Z",
    "2026-12-31T23:59:59.999999999999999Z, 2026-12-31T23:59:59.999999Z",
    "2026-01-31T09:00:00+09:00, 2026-01-31T00:00:00.000000Z",
    "2026-01-31T09:00:00-23:59, 2026-02-01T08:59:00.000000Z",
    "2026-01-31T09:00:00-00:00, 2026-01-31T09:00:00.000000Z",
    "9999-12-31T23:59:59.9999999Z, 9999-12-31T23:59:59.999999Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00.000000Z",
  })
  void readsWhatRfc3339AllowsAndCutsItToMicroseconds(String text, String written) {
    Instant read = requireNonNull(Instants.parse(text));
    assertThat(Instants.text(read)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-01-31",
        "2026-01-31T09:00Z",
        "2026-01-31T09:00:00",
        "2026-01-31T09:00:00.Z",
        "2026-01-31T09:00:00+0900",
        "2026-01-31T09:00:00+09:00:30",
        "2026-01-31T09:00:00+24:00",
        "2026-01-31T24:00:00Z",
        "2026-02-29T09:00:00Z",
        "2026-12-31T23:59:60Z",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00+00:01",
        "+10000-01-01T00:00:00Z",
        "٢٠٢٦-01-31T09:00:00Z",
        "2026-01-31T09:00:00Zjunk",
      })
  void refusesWhatIsNoInstantOrNoneOfOurs(String text) {
    assertThat(Instants.parse(text)).isNull();
  }

  @Property
  void acceptsWhatItWrites(@ForAll @LongRange(min = FIRST, max = LAST) long micros) {
    Instant instant = micros(micros);
    assertThat(Instants.text(instant)).hasSize(27).endsWith("Z");
    assertThat(Instants.parse(Instants.text(instant))).isEqualTo(instant);
  }

  @Property
  void sortsAsTimeDoes(
      @ForAll @LongRange(min = FIRST, max = LAST) long one,
      @ForAll @LongRange(min = FIRST, max = LAST) long other) {
    int texts = Instants.text(micros(one)).compareTo(Instants.text(micros(other)));
    assertThat(Integer.signum(texts)).isEqualTo(Long.compare(one, other));
  }

  @Test
  void writesNothingFinerThanItReads() {
    assertThat(Instants.text(Instant.parse("2026-01-01T00:00:00.123456789Z")))
        .isEqualTo("2026-01-01T00:00:00.123456Z");
  }

  @Property
  void writesWhatAFormatterWrites(@ForAll @LongRange(min = FIRST, max = LAST) long micros) {
    DateTimeFormatter six =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    assertThat(Instants.text(micros(micros))).isEqualTo(six.format(micros(micros)));
  }
}
