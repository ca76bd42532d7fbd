package dev.firstcome.http.guard;

import io.netty.handler.codec.DateFormatter;
import java.util.Date;
import java.util.concurrent.TimeUnit;

/**
 * The value of {@code Date}, made once a second.
 *
 * @param second of this machine's clock: what HTTP asks for is an answer's age, and nothing else is
 *     judged by it
 */
record HttpDate(long second, String text) {

  private static volatile HttpDate latest = new HttpDate(0, "");

  static String now() {
    long second = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    HttpDate known = latest;
    if (known.second != second) {
      known = new HttpDate(second, DateFormatter.format(new Date(second * 1000)));
      latest = known;
    }
    return known.text;
  }
}
