package dev.firstcome.refusal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries a {@link Refusal} to the one door where problem documents are made. An ordinary answer
 * rather than a failure, so it has no stack trace and costs next to nothing.
 */
public final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The members that every problem document has: none of its own has their names. */
  private static final Set<String> OF_THE_DOCUMENT =
      Set.of("type", "title", "status", "detail", "instance", "code", "traceId");

  private final transient Refusal refusal;
  private final transient Map<String, Object> members;
  private final transient Map<String, String> headers;
  private final transient @Nullable String reason;

  /**
   * @param members the extension members of the problem document, in order
   */
  public Refused(Refusal refusal, Map<String, Object> members) {
    this(refusal, members, Map.of(), null);
  }

  private Refused(
      Refusal refusal,
      Map<String, Object> members,
      Map<String, String> headers,
      @Nullable String reason) {
    super(refusal.name(), null, false, false);
    if (!Collections.disjoint(members.keySet(), OF_THE_DOCUMENT)) {
      throw new IllegalArgumentException(refusal + " overwrites one of " + OF_THE_DOCUMENT);
    }
    this.refusal = refusal;
    this.members = members;
    this.headers = headers;
    this.reason = reason;
  }

  /** The same with a response header, such as {@code Allow} or {@code Retry-After}. */
  public Refused withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Refused(refusal, members, more, reason);
  }

  /**
   * The same with a detail of its own in place of the refusal's: {@code REFUSAL.REASON.detail} in
   * {@code problems*.properties}.
   */
  public Refused because(String reason) {
    return new Refused(refusal, members, headers, reason);
  }

  public @Nullable String reason() {
    return reason;
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
