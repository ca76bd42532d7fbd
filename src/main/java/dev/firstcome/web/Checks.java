package dev.firstcome.web;

import dev.firstcome.problem.Refused;
import dev.firstcome.problem.Violation;
import dev.firstcome.problem.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a request, so that a client hears all of it at once. */
public final class Checks {

  /** A hostile body does not make an answer longer than this many errors. */
  private static final int MOST_ERRORS = 20;

  private final List<Violation> violations;
  private final String prefix;

  private Checks(List<Violation> violations, String prefix) {
    this.violations = violations;
    this.prefix = prefix;
  }

  public static Checks start() {
    return new Checks(new ArrayList<>(), "");
  }

  /** The same collection, for the members of a nested object: {@code prefix} ends with a dot. */
  Checks at(String prefix) {
    return prefix.isEmpty() ? this : new Checks(violations, prefix);
  }

  /** A number from minimum to maximum, both allowed; null passes (it is absent). */
  public Checks range(String field, @Nullable Number value, long minimum, long maximum) {
    boolean good = value == null || (value.longValue() >= minimum && value.longValue() <= maximum);
    return check(field, good, Rule.RANGE, "minimum", minimum, "maximum", maximum);
  }

  /** A text's length in characters as people count them; not blank unless it may be empty. */
  public Checks length(String field, @Nullable String value, int minimum, int maximum) {
    if (value == null) {
      return this;
    }
    if (minimum > 0 && !value.isEmpty() && value.isBlank()) {
      return check(field, false, Rule.BLANK);
    }
    int length = value.codePointCount(0, value.length());
    boolean good = length >= minimum && length <= maximum;
    return check(field, good, Rule.LENGTH, "minimum", minimum, "maximum", maximum);
  }

  /** How many elements a list has; null passes. */
  public Checks size(String field, @Nullable Collection<?> value, int minimum, int maximum) {
    boolean good = value == null || (value.size() >= minimum && value.size() <= maximum);
    return check(field, good, Rule.SIZE, "minimum", minimum, "maximum", maximum);
  }

  /**
   * Any other rule.
   *
   * @param namesAndValues the placeholders of the rule's message: name, value …
   */
  public Checks check(String field, boolean good, Rule rule, Object... namesAndValues) {
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
