package dev.firstcome.http.guard;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Whether bytes are UTF-8: no cut, overlong or otherwise malformed character. */
public final class Utf8 {

  private Utf8() {}

  public static boolean isValid(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] < 0) {
        return isDecodable(bytes, length);
      }
    }
    return true;
  }

  private static boolean isDecodable(byte[] bytes, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      return true;
    } catch (CharacterCodingException malformed) {
      return false;
    }
  }

  /** A header's value: bytes as they came, each a character. Nearly all are ASCII. */
  static boolean isValue(CharSequence value) {
    int all = 0;
    for (int i = 0; i < value.length(); i++) {
      all |= value.charAt(i);
    }
    if (all < 0x80) {
      return true;
    }
    byte[] bytes = value.toString().getBytes(StandardCharsets.ISO_8859_1);
    return isValid(bytes, bytes.length);
  }

  /** A request's target: bytes as they came, each a character, and those that are escaped. */
  static boolean isTarget(String target) {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == '%' || c > '~') {
        return isEscaped(target);
      }
    }
    return true;
  }

  private static boolean isEscaped(String target) {
    byte[] bytes = new byte[target.length()];
    int length = 0;
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == '%') {
        boolean whole = i + 2 <= target.length() - 1;
        int high = whole ? Character.digit(target.charAt(i + 1), 16) : -1;
        int low = whole ? Character.digit(target.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return false;
        }
        bytes[length++] = (byte) (16 * high + low);
        i += 2;
      } else {
        bytes[length++] = (byte) c;
      }
    }
    return isValid(bytes, length);
  }
}
