package dev.firstcome.http.document;

import dev.firstcome.http.problem.ProblemDocument;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The refusals that calls name: for each a schema and an example in both languages, made by the
 * very code that answers, and for each status of a call a response.
 */
final class DocumentedRefusals {

  private static final String PROBLEM = "application/problem+json";
  private static final String INSTANCE = "/api/v1/…";
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  /** What a status means, whatever the call. */
  private static final Map<Integer, String> MEANINGS =
      Map.ofEntries(
          Map.entry(400, "the request is not as it should be"),
          Map.entry(401, "there is no token, or it is not valid"),
          Map.entry(403, "the token lacks the scope `admin`"),
          Map.entry(404, "it does not exist, or it belongs to another user"),
          Map.entry(405, "the path has other methods"),
          Map.entry(406, "the client does not take what this call answers"),
          Map.entry(409, "what is asked for is not possible now; nothing was changed"),
          Map.entry(412, "it has changed since you read it; nothing was changed"),
          Map.entry(413, "the body is over 64 KiB"),
          Map.entry(415, "the body is not JSON"),
          Map.entry(422, "the key names another request"),
          Map.entry(429, "one user, or one address, asks for too much"),
          Map.entry(500, "a fault of ours"),
          Map.entry(503, "not now; Retry-After says when"));

  private record Documented(String name, HttpStatus status) implements Refusal {}

  private final ObjectNode members;
  private final Map<String, HttpStatus> statuses = new TreeMap<>();
  private final Map<String, ObjectNode> shared = new TreeMap<>();

  /**
   * @param members by code the schemas of its extension members; a name that ends with ? is
   *     optional
   */
  DocumentedRefusals(JsonNode members) {
    this.members = (ObjectNode) members;
    for (CommonRefusal refusal : CommonRefusal.values()) {
      statuses.put(refusal.name(), refusal.status());
    }
  }

  /** One that every call has is shared by all calls. */
  ObjectNode response(int status, List<String> codes) {
    codes.forEach(code -> statuses.put(code, HttpStatus.valueOf(status)));
    String name = String.join("-", codes);
    boolean common = codes.stream().allMatch(DocumentedRefusals::isCommon);
    if (!common || status == 400 || status == 404) {
      return made(status, codes);
    }
    shared.computeIfAbsent(name, any -> made(status, codes));
    return OpenApi.reference("responses", name);
  }

  private static boolean isCommon(String code) {
    return List.of(CommonRefusal.values()).stream().anyMatch(one -> one.name().equals(code));
  }

  private static ObjectNode made(int status, List<String> codes) {
    ObjectNode response = JsonMapper.shared().createObjectNode();
    response.put("description", MEANINGS.getOrDefault(status, "refused"));
    headers(response.putObject("headers"), status);
    ObjectNode content = response.putObject("content").putObject(PROBLEM);
    List<ObjectNode> schemas =
        codes.stream().map(code -> OpenApi.reference("schemas", "Problem." + code)).toList();
    if (schemas.size() == 1) {
      content.set("schema", schemas.get(0));
    } else {
      content.set("schema", oneOf(codes, schemas));
    }
    ObjectNode examples = content.putObject("examples");
    for (String code : codes) {
      examples.set(code, OpenApi.reference("examples", code));
      examples.set(code + ".ko", OpenApi.reference("examples", code + ".ko"));
    }
    return response;
  }

  /** Their code tells a client's generated code which of them it is. */
  private static ObjectNode oneOf(List<String> codes, List<ObjectNode> schemas) {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    schema.putArray("oneOf").addAll(schemas);
    ObjectNode mapping =
        schema.putObject("discriminator").put("propertyName", "code").putObject("mapping");
    codes.forEach(code -> mapping.put(code, "#/components/schemas/Problem." + code));
    return schema;
  }

  private static void headers(ObjectNode headers, int status) {
    switch (status) {
      case 401, 403 -> header(headers, "WWW-Authenticate", "WWWAuthenticate");
      case 405 -> header(headers, "Allow", "Allow");
      case 429, 503 -> header(headers, "Retry-After", "RetryAfter");
      default -> {}
    }
    header(headers, "Content-Language", "ContentLanguage");
    header(headers, "X-Trace-Id", "TraceId");
    addRateLimit(headers);
  }

  static void addRateLimit(ObjectNode headers) {
    header(headers, "RateLimit-Policy", "RateLimitPolicy");
    header(headers, "RateLimit", "RateLimit");
  }

  private static void header(ObjectNode headers, String name, String component) {
    headers.set(name, OpenApi.reference("headers", component));
  }

  /** Of all refusals that some call named, and of those that any call may have. */
  void addTo(ObjectNode components) {
    ObjectNode responses = components.withObject("/responses");
    shared.forEach(responses::set);
    ObjectNode schemas = components.withObject("/schemas");
    ObjectNode examples = components.withObject("/examples");
    statuses.forEach(
        (code, status) -> {
          schemas.set("Problem." + code, schema(code));
          examples.set(code, example(code, status, null));
          examples.set(code + ".ko", example(code, status, "ko"));
        });
  }

  private ObjectNode schema(String code) {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    var parts = schema.putArray("allOf");
    parts.add(OpenApi.reference("schemas", "Problem"));
    ObjectNode own = parts.addObject().put("type", "object");
    ObjectNode properties = own.putObject("properties");
    properties.putObject("code").put("type", "string").putArray("enum").add(code);
    var required = own.putArray("required").add("code");
    members
        .path(code)
        .forEachEntry(
            (name, member) -> {
              properties.set(
                  name.replace("?", ""), ((ObjectNode) member).deepCopy().without("example"));
              if (!name.endsWith("?")) {
                required.add(name);
              }
            });
    return schema;
  }

  private ObjectNode example(String code, HttpStatus status, @Nullable String language) {
    Refused refused = new Refused(new Documented(code, status), exampleMembers(code));
    Map<String, Object> document =
        ProblemDocument.of(refused, status.value(), INSTANCE, TRACE_ID, language);
    ObjectNode example = JsonMapper.shared().createObjectNode();
    example.put("summary", String.valueOf(document.get("title")));
    example.set("value", JsonMapper.shared().valueToTree(document));
    return example;
  }

  private Map<String, Object> exampleMembers(String code) {
    if (code.equals(CommonRefusal.INVALID_REQUEST.name())) {
      return Violation.of("items[0].quantity", Rule.RANGE, "minimum", 1, "maximum", 999)
          .refused()
          .members();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    members
        .path(code)
        .forEachEntry(
            (name, member) -> {
              if (member.has("example")) {
                values.put(
                    name.replace("?", ""),
                    JsonMapper.shared().treeToValue(member.path("example"), Object.class));
              }
            });
    return values;
  }
}
