package dev.firstcome.http.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One call: what every call has, and what it has because of its method, path or parameters. */
final class DocumentedCall {

  private final ObjectNode call;
  private final String method;
  private final boolean administration;

  DocumentedCall(String path, String method, ObjectNode call) {
    this.call = call;
    this.method = method;
    this.administration = path.startsWith("/api/v1/admin/");
  }

  void complete(DocumentedBodies bodies, DocumentedRefusals refusals) {
    bodies.complete(call);
    addChange();
    Map<Integer, List<String>> codes = codes();
    call.path("responses").forEach(answer -> headers((ObjectNode) answer));
    addNextPage();
    call.withArray("/parameters").add(parameter("AcceptLanguage")).add(parameter("Traceparent"));
    ObjectNode responses = (ObjectNode) call.path("responses");
    codes.forEach(
        (status, these) -> responses.set(String.valueOf(status), refusals.response(status, these)));
    if (administration) {
      call.putArray("security").addObject().putArray("bearer").add("admin");
    }
  }

  /** By status: those of every such call, then the room's own. */
  private Map<Integer, List<String>> codes() {
    Map<Integer, List<String>> codes = new TreeMap<>();
    boolean body = call.has("requestBody");
    add(codes, 400, body || has("\"in\":\"query\"", "Cursor", "Limit"), "INVALID_REQUEST");
    boolean needsKey = has("IdempotencyKey\"");
    boolean key = needsKey || has("OptionalKey\"");
    add(codes, 400, needsKey, "IDEMPOTENCY_KEY_REQUIRED");
    add(codes, 400, key, "IDEMPOTENCY_KEY_INVALID");
    add(codes, 401, !isOpen(), "UNAUTHENTICATED");
    add(codes, 403, administration, "FORBIDDEN");
    add(codes, 412, has("IfMatch\""), "VERSION_CHANGED");
    add(codes, 405, true, "METHOD_NOT_ALLOWED");
    add(codes, 406, true, "NOT_ACCEPTABLE");
    add(codes, 413, body, "BODY_TOO_LARGE");
    add(codes, 415, body, "UNSUPPORTED_MEDIA_TYPE");
    add(codes, 422, key, "IDEMPOTENCY_KEY_REUSED");
    add(codes, 429, true, "TOO_MANY_REQUESTS");
    add(codes, 500, true, "INTERNAL");
    add(codes, 503, true, "OVERLOADED");
    add(codes, 503, true, "DEPENDENCY_UNAVAILABLE");
    JsonNode own = call.remove("x-refusals");
    if (own != null) {
      own.forEachEntry(
          (status, list) ->
              OpenApi.texts(list)
                  .forEach(code -> add(codes, Integer.parseInt(status), true, code)));
    }
    return codes;
  }

  /** Every administrative write may have a key, and every change of a resource If-Match. */
  private void addChange() {
    if (!administration || method.equals("get")) {
      return;
    }
    if (!has("IdempotencyKey\"")) {
      call.withArray("/parameters").add(parameter("OptionalKey"));
    }
    if (method.equals("patch")) {
      call.withArray("/parameters").add(parameter("IfMatch"));
    }
    call.path("responses").forEach(answer -> replayed((ObjectNode) answer));
  }

  private static void replayed(ObjectNode answer) {
    answer
        .withObject("/headers")
        .set("Idempotent-Replayed", OpenApi.reference("headers", "Replayed"));
  }

  private static void add(
      Map<Integer, List<String>> codes, int status, boolean applies, String code) {
    if (applies) {
      codes.computeIfAbsent(status, any -> new ArrayList<>()).add(code);
    }
  }

  private boolean has(String... marks) {
    String parameters = call.path("parameters").toString();
    return List.of(marks).stream().anyMatch(parameters::contains);
  }

  private boolean isOpen() {
    return call.path("security").isArray() && call.path("security").isEmpty();
  }

  private void headers(ObjectNode answer) {
    ObjectNode headers = answer.withObject("/headers");
    headers.set("X-Trace-Id", OpenApi.reference("headers", "TraceId"));
    DocumentedRefusals.addRateLimit(headers);
  }

  /** A page leads to the next one. */
  private void addNextPage() {
    JsonNode ok = call.path("responses").path("200");
    JsonNode schema = ok.at("/content/application~1json/schema/$ref");
    if (ok instanceof ObjectNode answer && has("Cursor") && schema.asString("").endsWith("List")) {
      ObjectNode next = answer.withObject("/links").putObject("next");
      next.set("operationId", call.path("operationId"));
      next.putObject("parameters").put("cursor", "$response.body#/nextCursor");
      next.put("description", "the next page, unless `nextCursor` is null");
    }
  }

  private static ObjectNode parameter(String name) {
    return OpenApi.reference("parameters", name);
  }
}
