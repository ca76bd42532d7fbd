package dev.firstcome.http.dispatch;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * The client's name for one request, so that asking again is not asking twice (IETF draft
 * Idempotency-Key). The draft's form is a quoted string, most clients send it bare: {@code "abc"}
 * and {@code abc} are the same key.
 *
 * @param value 1 to 64 visible ASCII characters
 */
public record IdempotencyKey(String value) {

  private static final int LONGEST = 64;

  /**
   * The key of a request that must have one.
   *
   * @throws Refused {@code IDEMPOTENCY_KEY_REQUIRED} if there is none, {@code
   *     IDEMPOTENCY_KEY_INVALID} if there are several, or it is not what it should be
   */
  public static IdempotencyKey of(ServerRequest request) {
    IdempotencyKey key = ifAny(request);
    if (key == null) {
      throw CommonRefusal.IDEMPOTENCY_KEY_REQUIRED.refused();
    }
    return key;
  }

  /**
   * The key of a request that may have one; null if there is none.
   *
   * @throws Refused {@code IDEMPOTENCY_KEY_INVALID}
   */
  public static @Nullable IdempotencyKey ifAny(ServerRequest request) {
    List<String> values = request.headers().header("Idempotency-Key");
    if (values.isEmpty()) {
      return null;
    }
    String value = unquoted(values.get(0));
    if (values.size() > 1 || !isVisibleAscii(value)) {
      throw CommonRefusal.IDEMPOTENCY_KEY_INVALID.refused();
    }
    return new IdempotencyKey(value);
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  private static boolean isVisibleAscii(String value) {
    return !value.isEmpty()
        && value.length() <= LONGEST
        && value.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
