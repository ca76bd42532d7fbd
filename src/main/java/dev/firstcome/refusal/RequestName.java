package dev.firstcome.refusal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Names the request once: an id derived from what makes the request that request. Repeating any
 * step of it meets the same name, in the gate, as a primary key and as an event, and so has no
 * second effect.
 */
public final class RequestName {

  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(RequestName::sha256);

  private RequestName() {}

  /**
   * A UUID of version 8 (RFC 9562, vendor-specific): the first 122 free bits of the SHA-256 over
   * the parts, each preceded by its length so that no two lists of parts read alike.
   */
  public static UUID of(String... parts) {
    MessageDigest digest = SHA_256.get();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((byte) (bytes.length >> 8));
      digest.update((byte) bytes.length);
      digest.update(bytes);
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    long high = (hash.getLong() & 0xffffffffffff0fffL) | 0x8000L;
    long low = (hash.getLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new UUID(high, low);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
