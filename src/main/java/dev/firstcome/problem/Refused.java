package dev.firstcome.problem;

import java.util.Map;

/**
 * Carries a {@link Refusal} to the one door where problem documents are made. An ordinary answer
 * rather than a failure, so it has no stack trace and costs next to nothing.
 */
public final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;
  private final transient Map<String, Object> members;

  /**
   * @param members the extension members of the problem document, in order
   */
  public Refused(Refusal refusal, Map<String, Object> members) {
    super(refusal.name(), null, false, false);
    this.refusal = refusal;
    this.members = members;
  }

  public Refusal refusal() {
    return refusal;
  }

  public Map<String, Object> members() {
    return members;
  }
}
