package dev.firstcome.infra.observe;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.web.server.ServerWebExchange;

/**
 * The name under which one request is found again in the logs: the trace id of a valid {@code
 * traceparent} (W3C Trace Context), else 128 random bits.
 */
public final class TraceId {

  /** The response header, and the key in the Reactor context. */
  public static final String HEADER = "X-Trace-Id";

  private static final String ATTRIBUTE = TraceId.class.getName();
  private static final String LOG_KEY = "traceId";
  private static final int LENGTH = 32;
  private static final int VERSION_00_LENGTH = 55;

  private TraceId() {}

  /** The request's trace id, decided at the first call. */
  public static String of(ServerWebExchange exchange) {
    if (exchange.getAttributes().get(ATTRIBUTE) instanceof String known) {
      return known;
    }
    String id = from(exchange.getRequest().getHeaders().getFirst("traceparent"));
    exchange.getAttributes().put(ATTRIBUTE, id);
    return id;
  }

  /** Names the request in every line that this thread logs until it is closed. */
  public static MDC.MDCCloseable inLog(String id) {
    return MDC.putCloseable(LOG_KEY, id);
  }

  /** Names the request before anybody has asked. */
  public static void use(ServerWebExchange exchange, String id) {
    exchange.getAttributes().put(ATTRIBUTE, id);
  }

  /** The trace id of such a header, else a fresh one. */
  public static String from(@Nullable String traceparent) {
    if (traceparent != null && isValid(traceparent)) {
      return traceparent.substring(3, 3 + LENGTH);
    }
    return random();
  }

  /** A fresh one. It only has to be unlikely to repeat, so a cheap generator will do. */
  public static String random() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    char[] hex = new char[LENGTH];
    write(random.nextLong(), hex, 0);
    write(random.nextLong(), hex, LENGTH / 2);
    return new String(hex);
  }

  private static void write(long bits, char[] hex, int from) {
    for (int i = 0; i < LENGTH / 2; i++) {
      hex[from + i] = Character.forDigit((int) (bits >>> (4 * i)) & 0xf, 16);
    }
  }

  /** {@code version-traceId-parentId-flags}; a later version may be longer, ff is none. */
  private static boolean isValid(String value) {
    boolean shaped =
        value.length() >= VERSION_00_LENGTH
            && isHex(value, 0, 2)
            && value.charAt(2) == '-'
            && isHex(value, 3, 35)
            && value.charAt(35) == '-'
            && isHex(value, 36, 52)
            && value.charAt(52) == '-'
            && isHex(value, 53, 55);
    if (!shaped || value.startsWith("ff") || isZero(value, 3, 35) || isZero(value, 36, 52)) {
      return false;
    }
    return value.length() == VERSION_00_LENGTH
        || (!value.startsWith("00") && value.charAt(VERSION_00_LENGTH) == '-');
  }

  private static boolean isHex(String value, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = value.charAt(i);
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String value, int from, int to) {
    for (int i = from; i < to; i++) {
      if (value.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }
}
