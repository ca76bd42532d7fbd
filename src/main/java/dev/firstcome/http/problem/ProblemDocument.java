package dev.firstcome.http.problem;

import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RFC 9457 documents as maps, in the order in which people read them. */
public final class ProblemDocument {

  private ProblemDocument() {}

  /**
   * @param status usually the refusal's own
   * @param instance the path that was asked for
   * @param acceptLanguage the request's header
   */
  public static Map<String, Object> of(
      Refused refused,
      int status,
      String instance,
      String traceId,
      @Nullable String acceptLanguage) {
    Messages messages = Messages.in(language(acceptLanguage));
    Refusal refusal = refused.refusal();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", "/docs/problems#" + refusal.name());
    document.put("title", messages.title(refusal));
    document.put("status", status);
    document.put("detail", messages.detail(refused));
    document.put("instance", instance);
    document.put("code", refusal.name());
    document.put("traceId", traceId);
    refused.members().forEach((name, value) -> document.put(name, worded(value, messages)));
    return document;
  }

  /** The language of a document: Korean or English. */
  public static Locale language(@Nullable String acceptLanguage) {
    return Language.preferred(acceptLanguage);
  }

  private static @Nullable Object worded(@Nullable Object value, Messages messages) {
    if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Violation) {
      return list.stream().map(Violation.class::cast).map(v -> worded(v, messages)).toList();
    }
    return value;
  }

  private static Map<String, Object> worded(Violation violation, Messages messages) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("field", violation.field());
    error.put("message", messages.violation(violation));
    return error;
  }
}
