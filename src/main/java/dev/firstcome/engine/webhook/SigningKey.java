package dev.firstcome.engine.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The symmetric key of Standard Webhooks, <a
 * href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">
 * version 1</a>.
 */
final class SigningKey {

  private static final String PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";

  /** The specification's bounds, in bytes. */
  private static final int SHORTEST = 24;

  private static final int LONGEST = 64;

  private final SecretKeySpec key;

  private SigningKey(SecretKeySpec key) {
    this.key = key;
  }

  /**
   * @throws IllegalArgumentException if it is not {@code whsec_} and 24 to 64 bytes in base64; the
   *     message does not repeat it
   */
  static SigningKey of(String secret) {
    byte[] bytes = secret.startsWith(PREFIX) ? decode(secret) : new byte[0];
    if (bytes.length < SHORTEST || bytes.length > LONGEST) {
      throw new IllegalArgumentException(
          "firstcome.events.secret must be whsec_ and the base64 of 24 to 64 bytes");
    }
    return new SigningKey(new SecretKeySpec(bytes, ALGORITHM));
  }

  /** At the same time: while a receiver goes over from one to the next there are two. */
  private static final int MOST = 5;

  /**
   * Of secrets that are separated by spaces.
   *
   * @throws IllegalArgumentException if one is none, or they are too many
   */
  static List<SigningKey> all(String secrets) {
    List<SigningKey> keys = Stream.of(secrets.strip().split("\\s+")).map(SigningKey::of).toList();
    if (keys.size() > MOST) {
      throw new IllegalArgumentException(
          "firstcome.events.secret must be " + MOST + " secrets at the most");
    }
    return keys;
  }

  /** One signature of each, separated by spaces: a receiver looks for one that it knows. */
  static String sign(List<SigningKey> keys, String id, long seconds, byte[] body) {
    return keys.stream().map(key -> key.sign(id, seconds, body)).collect(Collectors.joining(" "));
  }

  private static byte[] decode(String secret) {
    try {
      return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    } catch (IllegalArgumentException notBase64) {
      return new byte[0];
    }
  }

  /**
   * A signature for {@code webhook-signature}.
   *
   * @param id the value of {@code webhook-id}
   * @param seconds the value of {@code webhook-timestamp}: of the attempt, since 1970
   * @param body exactly as it is sent
   */
  String sign(String id, long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((id + '.' + seconds + '.').getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
