package dev.firstcome.http.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * The one form of instants at the door: RFC 3339 in UTC with six digits, as many as PostgreSQL
 * keeps. All of them are equally long, so their texts sort as time does.
 */
public final class Instants {

  /** A longer text is no instant of anybody's. */
  private static final int LONGEST = 64;

  private static final Pattern RFC_3339 =
      Pattern.compile(
          "(\\d{4})-(\\d\\d)-(\\d\\d)[Tt ](\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d+))?"
              + "(?:[Zz]|([+-])(\\d\\d):(\\d\\d))");

  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

  private Instants() {}

  /**
   * By hand: a formatter makes rules of a zone and decimal numbers, a kilobyte for each instant.
   */
  public static String text(Instant instant) {
    LocalDateTime at =
        LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
    if (at.getYear() < 0 || at.getYear() > 9999) {
      return TEXT.format(instant);
    }
    char[] text = "0000-00-00T00:00:00.000000Z".toCharArray();
    digits(text, 4, at.getYear());
    digits(text, 7, at.getMonthValue());
    digits(text, 10, at.getDayOfMonth());
    digits(text, 13, at.getHour());
    digits(text, 16, at.getMinute());
    digits(text, 19, at.getSecond());
    digits(text, 26, at.getNano() / 1000);
    return new String(text);
  }

  /** Over the zeros that end there. */
  private static void digits(char[] text, int end, int number) {
    int at = end;
    for (int rest = number; rest > 0; rest /= 10) {
      text[--at] = (char) ('0' + rest % 10);
    }
  }

  /**
   * Cut to microseconds, never rounded into the next second.
   *
   * @return null unless the text is RFC 3339 and names an instant of the years 0000 to 9999 (UTC);
   *     there are no leap seconds
   */
  public static @Nullable Instant parse(String text) {
    Matcher parts = text.length() > LONGEST ? null : RFC_3339.matcher(text);
    if (parts == null || !parts.matches()) {
      return null;
    }
    try {
      Instant instant = local(parts).minusMinutes(offset(parts)).toInstant(ZoneOffset.UTC);
      return instant.isBefore(FIRST) || instant.isAfter(LAST) ? null : instant;
    } catch (DateTimeException noSuchTime) {
      return null;
    }
  }

  private static LocalDateTime local(Matcher parts) {
    return LocalDateTime.of(
            number(parts, 1),
            number(parts, 2),
            number(parts, 3),
            number(parts, 4),
            number(parts, 5),
            number(parts, 6))
        .plus(micros(parts.group(7)), ChronoUnit.MICROS);
  }

  private static int number(Matcher parts, int group) {
    return Integer.parseInt(parts.group(group));
  }

  private static long micros(@Nullable String fraction) {
    return fraction == null ? 0 : Long.parseLong((fraction + "000000").substring(0, 6));
  }

  private static long offset(Matcher parts) {
    if (parts.group(8) == null) {
      return 0;
    }
    int hours = number(parts, 9);
    int minutes = number(parts, 10);
    if (hours > 23 || minutes > 59) {
      throw new DateTimeException("no such offset");
    }
    int offset = 60 * hours + minutes;
    return parts.group(8).equals("-") ? -offset : offset;
  }

  /** Writes them into every document. */
  static final class Serializer extends StdSerializer<Instant> {

    Serializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator json, SerializationContext context) {
      json.writeString(text(value));
    }
  }
}
