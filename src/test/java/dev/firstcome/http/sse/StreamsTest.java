package dev.firstcome.http.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * When those who watched come back: 2 s after the end at the soonest, each in a moment of his own.
 */
class StreamsTest {

  private static final Frame STATE = Frame.of("e", "{}");

  private final Streams streams = StreamParts.streams();

  private static long retry(byte[] greeting) {
    String text = new String(greeting, StandardCharsets.UTF_8);
    assertThat(text).startsWith("retry: ");
    return Long.parseLong(text.substring("retry: ".length(), text.indexOf('\n')));
  }

  /** What a thousand clients hear. */
  private List<Long> retries() {
    return LongStream.range(0, 1000)
        .map(i -> retry(streams.greeting(STATE, false)))
        .boxed()
        .toList();
  }

  private void watching(int clients) {
    streams.start();
    for (int i = 0; i < clients; i++) {
      assertThat(streams.enter()).isTrue();
    }
  }

  @Test
  void spreadsAFewOverTwoSeconds() {
    List<Long> heard = retries();
    assertThat(heard).allSatisfy(millis -> assertThat(millis).isBetween(2000L, 4000L));
    assertThat(heard).anyMatch(millis -> millis < 2200).anyMatch(millis -> millis > 3800);
    assertThat(heard.stream().distinct().count()).isGreaterThan(500);
  }

  @Test
  void spreadsManyOverASecondForEachFiveHundred() {
    watching(4000);
    List<Long> heard = retries();
    assertThat(heard).allSatisfy(millis -> assertThat(millis).isBetween(2000L, 10_000L));
    assertThat(heard).anyMatch(millis -> millis < 2800).anyMatch(millis -> millis > 9200);
    for (int i = 0; i < 4000; i++) {
      streams.leave();
    }
    assertThat(retries()).allSatisfy(millis -> assertThat(millis).isLessThanOrEqualTo(4000));
  }
}
