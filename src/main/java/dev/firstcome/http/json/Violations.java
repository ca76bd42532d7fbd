package dev.firstcome.http.json;

import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a request, so that a client hears all of it at once. */
public final class Violations {

  /** A hostile body does not make an answer longer than this many errors. */
  private static final int MOST_ERRORS = 20;

  /**
   * Letters by their category, and nothing by their look: Hangul fillers, the empty Braille cell.
   */
  private static final String NO_SHAPE = "\u115f\u1160\u3164\uffa0\u2800";

  private final List<Violation> violations;
  private final String prefix;

  private Violations(List<Violation> violations, String prefix) {
    this.violations = violations;
    this.prefix = prefix;
  }

  public static Violations start() {
    return new Violations(new ArrayList<>(), "");
  }

  /** The same collection, for the members of a nested object: {@code prefix} ends with a dot. */
  Violations at(String prefix) {
    return prefix.isEmpty() ? this : new Violations(violations, prefix);
  }

  /** A number from minimum to maximum, both allowed; null passes (it is absent). */
  public Violations range(String field, @Nullable Number value, long minimum, long maximum) {
    boolean good = value == null || (value.longValue() >= minimum && value.longValue() <= maximum);
    return check(field, good, Rule.RANGE, "minimum", minimum, "maximum", maximum);
  }

  /** A text's length in characters as people count them; not blank unless it may be empty. */
  public Violations length(String field, @Nullable String value, int minimum, int maximum) {
    if (value == null) {
      return this;
    }
    if (minimum > 0 && !value.isEmpty() && !isVisible(value)) {
      return check(field, false, Rule.BLANK);
    }
    int length = value.codePointCount(0, value.length());
    boolean good = length >= minimum && length <= maximum;
    return check(field, good, Rule.LENGTH, "minimum", minimum, "maximum", maximum);
  }

  /**
   * Whether there is anything to see in it: no more than spaces and marks without a letter is not.
   */
  private static boolean isVisible(String value) {
    return value
        .codePoints()
        .anyMatch(c -> isShape(Character.getType(c)) && NO_SHAPE.indexOf(c) < 0);
  }

  private static boolean isShape(int type) {
    return switch (type) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      default -> true;
    };
  }

  /** How many elements a list has; null passes. */
  public Violations size(String field, @Nullable Collection<?> value, int minimum, int maximum) {
    boolean good = value == null || (value.size() >= minimum && value.size() <= maximum);
    return check(field, good, Rule.SIZE, "minimum", minimum, "maximum", maximum);
  }

  /** Of a body all of whose members are optional. */
  public Violations atLeastOne(@Nullable Object... members) {
    return check("", Stream.of(members).anyMatch(Objects::nonNull), Rule.NOTHING_TO_CHANGE);
  }

  /**
   * Any other rule.
   *
   * @param namesAndValues the placeholders of the rule's message: name, value …
   */
  public Violations check(String field, boolean good, Rule rule, Object... namesAndValues) {
    if (!good) {
      violations.add(Violation.of(name(field), rule, namesAndValues));
      if (violations.size() >= MOST_ERRORS) {
        throw Violation.refused(violations);
      }
    }
    return this;
  }

  /** A rule about this whole object carries its name without the dot. */
  private String name(String field) {
    if (!field.isEmpty() || prefix.isEmpty()) {
      return prefix + field;
    }
    return prefix.substring(0, prefix.length() - 1);
  }

  boolean passed() {
    return violations.isEmpty();
  }

  int count() {
    return violations.size();
  }

  /**
   * @throws Refused {@code INVALID_REQUEST} with everything that was found
   */
  public void done() {
    if (!violations.isEmpty()) {
      throw Violation.refused(violations);
    }
  }
}
