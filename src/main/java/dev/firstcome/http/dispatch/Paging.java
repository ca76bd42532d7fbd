package dev.firstcome.http.dispatch;

import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which part of a list a client asks for: {@code ?cursor=&limit=}. A cursor is the position of the
 * last row that was seen, in the list's own words, bound to the list's name by a checksum. The
 * checksum finds mistakes, not forgers: a position gives access to nothing.
 */
public final class Paging {

  static final int DEFAULT_LIMIT = 20;
  static final int LARGEST_LIMIT = 100;
  private static final int LONGEST_CURSOR = 256;
  private static final int CHECKSUM_BYTES = 4;

  private final int limit;
  private final @Nullable String cursor;

  private Paging(int limit, @Nullable String cursor) {
    this.limit = limit;
    this.cursor = cursor;
  }

  /**
   * @throws Refused {@code INVALID_REQUEST} naming {@code limit} unless it is 1 to 100
   */
  public static Paging of(ServerRequest request) {
    String limit = request.queryParams().getFirst("limit");
    String cursor = request.queryParams().getFirst("cursor");
    return of(limit, cursor);
  }

  static Paging of(@Nullable String limit, @Nullable String cursor) {
    int rows = limit == null || limit.isEmpty() ? DEFAULT_LIMIT : number(limit);
    Violations.start().range("limit", rows, 1, LARGEST_LIMIT).done();
    return new Paging(rows, cursor == null || cursor.isEmpty() ? null : cursor);
  }

  private static int number(String text) {
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
  }

  /** How many rows the client gets at most. */
  public int limit() {
    return limit;
  }

  /** How many rows to select: one more than the client gets, to know whether that was all. */
  public int rows() {
    return limit + 1;
  }

  /**
   * The position after which to go on.
   *
   * @param list the list's name, the same as in {@link Slice#of}
   * @param parse from the position's text; may throw what parsing throws
   * @return null at the beginning of the list
   * @throws Refused {@code INVALID_REQUEST} naming {@code cursor} if it is not one of this list's
   */
  public <T> @Nullable T after(String list, Function<String, T> parse) {
    if (cursor == null) {
      return null;
    }
    try {
      return parse.apply(position(list, cursor));
    } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException e) {
      throw Violation.of("cursor", Rule.CURSOR).refused();
    }
  }

  private static String position(String list, String cursor) {
    if (cursor.length() > LONGEST_CURSOR) {
      throw new IllegalArgumentException("too long");
    }
    byte[] bytes = Base64.getUrlDecoder().decode(cursor);
    int length = bytes.length - CHECKSUM_BYTES;
    String position = new String(bytes, 0, length, StandardCharsets.UTF_8);
    if (!cursor(list, position).equals(cursor)) {
      throw new IllegalArgumentException("not ours");
    }
    return position;
  }

  static String cursor(String list, String position) {
    CRC32 checksum = new CRC32();
    checksum.update((list + '\n' + position).getBytes(StandardCharsets.UTF_8));
    byte[] text = position.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(text, text.length + CHECKSUM_BYTES);
    for (int i = 0; i < CHECKSUM_BYTES; i++) {
      bytes[text.length + i] = (byte) (checksum.getValue() >>> (8 * i));
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
