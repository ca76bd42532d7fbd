package dev.firstcome.http.dispatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Values that have broken somebody's server before, and random ones. */
public final class Nasty {

  /** JSON values as they stand in a body: the edges of int, long and double, and no numbers. */
  private static final List<String> VALUES =
      List.of(
          "0",
          "-0",
          "-1",
          "1.0",
          "1.5",
          "1e2",
          "1E400",
          "01",
          "+1",
          "0x10",
          "NaN",
          "-Infinity",
          "2147483647",
          "2147483648",
          "-2147483649",
          "4294967296",
          "9007199254740993",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "99999999999999999999999999999999999999",
          "null",
          "true",
          "tru",
          "{}",
          "[]",
          "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
          "{\"a\":{\"a\":{\"a\":{}}}}",
          "\"\"",
          "\" \"",
          "\"1\"",
          "\"\\u0000\"",
          "\"a\\u0000b\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\uFFFF\\uFFFE\\uFEFF\"",
          "\"\\u202e\\u200d\\u0007\"",
          "\"\uD83D\uDE00\u0301\u1100\u1161\"",
          "\"\u0000\"",
          "\"\n\"",
          "\"\\x41\"",
          "\"'; DROP TABLE orders; --\"",
          "\"${jndi:ldap://x}#{1+1}{{1}}\"",
          "\"../../etc/passwd\"",
          "\"00000000-0000-0000-0000-000000000000\"",
          "\"ffffffff-ffff-ffff-ffff-fffffffffffff\"",
          "\"1-1-1-1-1\"",
          "\"-999999999-01-01T00:00:00Z\"",
          "\"+999999999-12-31T23:59:59.999999999Z\"",
          "\"0000-01-01T00:00:00Z\"",
          "\"9999-12-31T23:59:60Z\"",
          "\"2026-02-30T00:00:00Z\"",
          "\"2026-11-22T00:00:00+18:00\"",
          "\"294277-01-01T00:00:00Z\"",
          "'a'",
          "/* */1",
          "");

  /** What may stand in a path, a query or a header, already escaped where it must be. */
  private static final List<String> WORDS =
      List.of(
          "0",
          "-1",
          "1.0",
          "01",
          "%31",
          "9223372036854775807",
          "9223372036854775808",
          "999999999999999999",
          "2147483648",
          "%00",
          "%0d%0aX:1",
          "%ff%fe",
          "%c0%80",
          "%ed%a0%80",
          "%F0%9F%98%80",
          "%",
          "%zz",
          "%2e%2e%2f",
          "..",
          ".",
          "1;a=b",
          ";",
          "*",
          "{id}",
          "popular",
          "1%2f2",
          "1/",
          "/1",
          "00000000-0000-0000-0000-000000000000",
          "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
          "1-1-1-1-1",
          "'%20OR%201=1",
          "");

  private static final List<String> POSITIONS =
      List.of(
          "0",
          "-1",
          "+1",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "",
          " ",
          "\u0000",
          "-1000000000-01-01T00:00:00Z 00000000-0000-0000-0000-000000000000",
          "+1000000000-12-31T23:59:59.999999999Z ffffffff-ffff-ffff-ffff-ffffffffffff",
          "-4714-01-01T00:00:00Z 1-1-1-1-1",
          "+294277-01-01T00:00:00Z 1-1-1-1-1",
          "2026-11-22T00:00:00.123456789Z 1-1-1-1-1",
          "0000-01-01T00:00:00Z 1-1-1-1-1",
          "2026-11-22T00:00:00Z ",
          "2026-11-22T00:00:00Z x");

  private static final List<String> LISTS =
      List.of("products", "coupons", "points", "orders", "issued-coupons", "events");

  private Nasty() {}

  public static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  public static String value(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> Long.toString(random.nextLong());
      case 1 -> Long.toString(random.nextInt());
      case 2 -> "\"" + text(random, random.nextInt(300)) + "\"";
      case 3 -> "\"" + "x".repeat(random.nextInt(20_000)) + "\"";
      case 4 -> "[".repeat(1 + random.nextInt(3_000));
      default -> one(random, VALUES);
    };
  }

  public static String word(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> Long.toString(random.nextLong());
      case 1 -> new java.util.UUID(random.nextLong(), random.nextLong()).toString();
      case 2 -> "x".repeat(random.nextInt(3_000));
      default -> one(random, WORDS);
    };
  }

  /** Cursors that are not ours, and ones with our checksum and a position that we never gave. */
  public static String cursor(Random random, String honest) {
    return switch (random.nextInt(5)) {
      case 0 -> word(random);
      case 1 -> honest.isEmpty() ? "" : honest.substring(random.nextInt(honest.length()));
      case 2 -> Base64.getUrlEncoder().encodeToString(bytes(random, random.nextInt(64)));
      case 3 -> Paging.cursor(one(random, LISTS), Long.toString(random.nextLong()));
      default -> Paging.cursor(one(random, LISTS), one(random, POSITIONS));
    };
  }

  /** Any of Unicode, lone surrogates and control characters too; not what ends a JSON text. */
  public static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int c = random.nextInt(random.nextBoolean() ? 0x250 : 0x11_0000);
      text.appendCodePoint(c == '"' || c == '\\' ? 'q' : c);
    }
    return text.toString();
  }

  public static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Some bytes turned, taken out or put in. */
  public static byte[] damaged(Random random, byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int every = 1 + random.nextInt(Math.max(1, bytes.length));
    for (byte b : bytes) {
      int choice = random.nextInt(every * 3 + 1);
      if (choice == 0) {
        out.write(random.nextInt(256));
      } else if (choice == 1) {
        out.writeBytes(new byte[] {b, (byte) random.nextInt(256)});
      } else if (choice != 2) {
        out.write(b);
      }
    }
    return out.toByteArray();
  }

  /** Ten thousand times as much when it is unpacked. */
  public static byte[] bomb() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 160; i++) {
        gzip.write(spaces);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
