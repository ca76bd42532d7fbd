package dev.firstcome.problem;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Carries a {@link Refusal} to the one door where problem documents are made. An ordinary answer
 * rather than a failure, so it has no stack trace and costs next to nothing.
 */
public final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;
  private final transient Map<String, Object> members;
  private final transient Map<String, String> headers;

  /**
   * @param members the extension members of the problem document, in order
   */
  public Refused(Refusal refusal, Map<String, Object> members) {
    this(refusal, members, Map.of());
  }

  private Refused(Refusal refusal, Map<String, Object> members, Map<String, String> headers) {
    super(refusal.name(), null, false, false);
    this.refusal = refusal;
    this.members = members;
    this.headers = headers;
  }

  /** The same with a response header, such as {@code Allow} or {@code Retry-After}. */
  public Refused withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Refused(refusal, members, more);
  }

  public Refusal refusal() {
    return refusal;
  }

  public Map<String, Object> members() {
    return members;
  }

  /** The response headers that go with it. */
  public Map<String, String> headers() {
    return headers;
  }
}
