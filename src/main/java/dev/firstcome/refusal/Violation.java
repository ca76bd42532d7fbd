package dev.firstcome.refusal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing that is wrong with a request. It becomes a message in the caller's language at the
 * door.
 *
 * @param field the member at fault, such as {@code items[0].quantity}; empty for the whole body
 * @param values the placeholders of the rule's message
 */
public record Violation(String field, Rule rule, Map<String, Object> values) {

  /** The rules that a request can break; {@code violation.RULE} is the message. */
  public enum Rule {
    // What the JSON looks like
    EMPTY_BODY,
    MALFORMED,
    TRAILING_CONTENT,
    TOO_LARGE_TO_READ,
    UNKNOWN,
    DUPLICATE,
    REQUIRED,
    INTEGER,
    TEXT,
    TEXT_CHARACTERS,
    BOOLEAN,
    INSTANT,
    UUID,
    LIST,
    OBJECT,
    /** Placeholder {@code allowed}. */
    ONE_OF,
    // What the values are
    /** Placeholders {@code minimum}, {@code maximum}. */
    RANGE,
    /** Placeholders {@code minimum}, {@code maximum}. */
    LENGTH,
    /** Placeholders {@code minimum}, {@code maximum}. */
    SIZE,
    BLANK,
    NOT_ZERO,
    /** Placeholder {@code other}: the member that must be later. */
    BEFORE,
    /** Placeholder {@code other}: the member that makes this one necessary. */
    REQUIRED_WITH,
    NOTHING_TO_CHANGE,
    /** Placeholder {@code statuses}. */
    ONLY_WHILE,
    /** Placeholder {@code maximum}. */
    SUM,
    NOT_EARLIER,
    CURSOR,
    /** Anything else about the request itself: its target, its head, a parameter. */
    REQUEST
  }

  /**
   * @param namesAndValues name, value, name, value …
   */
  public static Violation of(String field, Rule rule, Object... namesAndValues) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return new Violation(field, rule, values);
  }

  /** The refusal {@code INVALID_REQUEST} with this as its only error. */
  public Refused refused() {
    return refused(List.of(this));
  }

  /** The refusal {@code INVALID_REQUEST} with these errors. */
  public static Refused refused(List<Violation> violations) {
    return CommonRefusal.INVALID_REQUEST.refused("errors", List.copyOf(violations));
  }
}
