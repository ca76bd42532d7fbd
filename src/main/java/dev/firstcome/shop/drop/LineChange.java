package dev.firstcome.shop.drop;

import dev.firstcome.http.json.Given;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator wants of a drop's line: pure. A member that is null leaves what it names as
 * it is, or as it is by default.
 */
record LineChange(
    @Nullable Given<Long> ratePerSecond,
    @Nullable Long admissionSeconds,
    @Nullable Long absentAfterSeconds)
    implements SelfValidating {

  private static final LineTerms DEFAULT = new LineTerms(null, 120, 300);

  @Override
  public void validate(Violations violations) {
    violations
        .range("ratePerSecond", ratePerSecond == null ? null : ratePerSecond.value(), 1, 100_000)
        .range("admissionSeconds", admissionSeconds, 5, 3_600)
        .range("absentAfterSeconds", absentAfterSeconds, 10, 3_600);
  }

  /** The terms of a new line. */
  LineTerms terms() {
    return appliedTo(DEFAULT);
  }

  /**
   * @param before null: the drop has no line
   * @param scheduled whether the drop is: then all may change, else only a line's rate
   * @throws Refused {@code INVALID_REQUEST}
   */
  static @Nullable LineTerms after(
      @Nullable LineTerms before, Given<LineChange> wanted, boolean scheduled) {
    LineChange change = wanted.value();
    LineTerms after =
        change == null ? null : before == null ? change.terms() : change.appliedTo(before);
    boolean onlyRate =
        before == null || after == null
            ? before == null && after == null
            : after.admissionSeconds() == before.admissionSeconds()
                && after.absentAfterSeconds() == before.absentAfterSeconds();
    if (!scheduled && !onlyRate) {
      throw Violation.of("line", Rule.ONLY_WHILE, "statuses", "SCHEDULED").refused();
    }
    return after;
  }

  private LineTerms appliedTo(LineTerms terms) {
    return new LineTerms(
        ratePerSecond == null ? terms.ratePerSecond() : ratePerSecond.value(),
        admissionSeconds == null ? terms.admissionSeconds() : admissionSeconds,
        absentAfterSeconds == null ? terms.absentAfterSeconds() : absentAfterSeconds);
  }
}
