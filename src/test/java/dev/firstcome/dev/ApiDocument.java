package dev.firstcome.dev;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import dev.firstcome.http.document.OpenApi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API's document as a judge of answers: of their status, their headers and their bodies.
 * Clients are to put up with members that they do not know, so the document leaves its answers
 * open; here a member that it does not name is a fault.
 */
public final class ApiDocument {

  /** Under which its schemas find each other; nothing is fetched from there. */
  private static final String IRI = "urn:firstcome:openapi";

  /**
   * What HTTP says of each answer, and what guards a browser: not of one call more than another.
   */
  private static final Set<String> OF_EVERY_ANSWER =
      Set.of(
          "cache-control",
          "connection",
          "content-length",
          "content-security-policy",
          "content-type",
          "cross-origin-opener-policy",
          "cross-origin-resource-policy",
          "date",
          "permissions-policy",
          "referrer-policy",
          "strict-transport-security",
          "transfer-encoding",
          "vary",
          "x-content-type-options",
          "x-frame-options");

  /**
   * @param headers by name, whatever its case
   * @param body empty where there was none, or where it is a stream
   */
  public record Answer(
      String method, String path, int status, Map<String, String> headers, String body) {

    @Override
    public String toString() {
      return method + " " + path + " → " + status + " " + headers + " " + body;
    }
  }

  private final JsonNode tree;
  private final SchemaRegistry schemas;
  private final Map<JsonNode, Schema> known = Collections.synchronizedMap(new IdentityHashMap<>());
  private final List<PathPattern> paths;

  private ApiDocument(ObjectNode tree) {
    absolute(tree);
    tree.path("components")
        .path("schemas")
        .forEachEntry((name, schema) -> close(schema, name.equals("Problem")));
    this.tree = tree;
    this.paths =
        tree.path("paths").propertyNames().stream()
            .map(PathPatternParser.defaultInstance::parse)
            .sorted()
            .toList();
    this.schemas =
        SchemaRegistry.withDialect(
            Dialect.builder(Dialects.getDraft202012())
                .keyword(new NonValidationKeyword("components"))
                .build(),
            registry ->
                registry
                    .schemas(Map.of(IRI, "{\"components\":" + tree.path("components") + "}"))
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .locale(Locale.ENGLISH)
                            .build()));
  }

  /** The document that the shop serves. */
  public static ApiDocument read() {
    return new ApiDocument(OpenApi.complete());
  }

  /** So that a schema means the same wherever it is taken out of the document. */
  private static void absolute(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("$ref").isString()) {
      object.put("$ref", IRI + object.path("$ref").asString());
    }
    node.forEach(ApiDocument::absolute);
  }

  /** A part of {@code allOf} is completed by the other parts, and must stay open. */
  private static void close(JsonNode schema, boolean part) {
    if (schema instanceof ObjectNode object && !part) {
      boolean shaped = "object".equals(object.path("type").asString(""));
      if ((shaped && object.has("properties")) || object.has("allOf")) {
        object.put("unevaluatedProperties", false);
      }
    }
    schema.path("allOf").forEach(one -> close(one, true));
    schema.path("properties").forEach(member -> close(member, false));
    close(schema.path("items"));
  }

  private static void close(JsonNode items) {
    if (items.isObject()) {
      close(items, false);
    }
  }

  public JsonNode tree() {
    return tree;
  }

  /** The names of all members that some schema declares as an instant. */
  Set<String> instants() {
    Set<String> names = new HashSet<>();
    addInstants(tree, names);
    return names;
  }

  private void addInstants(JsonNode node, Set<String> names) {
    node.forEachEntry(
        (name, schema) -> {
          if (target(schema).path("format").asString("").equals("date-time")) {
            names.add(name);
          }
        });
    node.forEach(child -> addInstants(child, names));
  }

  /** What a {@code $ref} stands for; anything else is itself. */
  public JsonNode target(JsonNode node) {
    JsonNode reference = node.path("$ref");
    return reference.isString()
        ? target(tree.at(reference.asString().substring(IRI.length() + 1)))
        : node;
  }

  /** What a value has that its schema does not allow, or lacks; empty if it fits. */
  public List<String> faults(JsonNode value, JsonNode schema) {
    if (!schema.isObject()) {
      return List.of("there is no schema");
    }
    return known.computeIfAbsent(schema, schemas::getSchema).validate(value).stream()
        .map(Object::toString)
        .toList();
  }

  /** What an answer has that the document does not say of it, or lacks; empty if it fits. */
  public List<String> faults(Answer answer) {
    JsonNode operation = operation(answer);
    if (operation.isMissingNode()) {
      return faultsOfUnknownCall(answer);
    }
    JsonNode response = target(operation.path("responses").path(String.valueOf(answer.status)));
    if (response.isMissingNode()) {
      return List.of("this status is not documented");
    }
    List<String> faults = new ArrayList<>(faultsOfHeaders(answer, response.path("headers")));
    faults.addAll(faultsOfBody(answer, response.path("content")));
    return faults;
  }

  private JsonNode operation(Answer answer) {
    String method = answer.method.equals("HEAD") ? "get" : low(answer.method);
    return tree.path("paths").path(pathOf(answer.path)).path(method);
  }

  /** As the document writes it, such as {@code /api/v1/orders/{id}}; itself if it does not. */
  public String pathOf(String path) {
    PathContainer parsed = PathContainer.parsePath(path);
    return paths.stream()
        .filter(pattern -> pattern.matches(parsed))
        .findFirst()
        .map(PathPattern::getPatternString)
        .orElse(path);
  }

  /** Nothing but OPTIONS and refusals, which have the same form everywhere. */
  private List<String> faultsOfUnknownCall(Answer answer) {
    if (answer.method.equals("OPTIONS") && answer.status == 204) {
      return answer.headers.containsKey("Allow") ? List.of() : List.of("without Allow");
    }
    if (answer.status < 400) {
      return List.of("this call is not documented");
    }
    JsonNode problem = JsonMapper.shared().readTree(answer.body);
    String schema = "Problem." + problem.path("code").asString("?");
    return faults(problem, tree.path("components").path("schemas").path(schema));
  }

  private List<String> faultsOfHeaders(Answer answer, JsonNode documented) {
    List<String> faults = new ArrayList<>();
    Set<String> known =
        Set.copyOf(documented.propertyNames().stream().map(ApiDocument::low).toList());
    answer.headers.keySet().stream()
        .filter(name -> !OF_EVERY_ANSWER.contains(low(name)) && !known.contains(low(name)))
        .forEach(name -> faults.add("the header " + name + " is not documented"));
    documented.forEachEntry(
        (name, node) -> {
          JsonNode header = target(node);
          String value = answer.headers.get(name);
          if (value != null) {
            faults(valueOf(value, header.path("schema")), header.path("schema"))
                .forEach(fault -> faults.add(name + ": " + fault));
          } else if (header.path("required").asBoolean(false)) {
            faults.add("the header " + name + " is missing");
          }
        });
    return faults;
  }

  private static String low(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static JsonNode valueOf(String header, JsonNode schema) {
    boolean number = schema.path("type").asString("").equals("integer");
    return JsonMapper.shared().valueToTree(number ? (Object) Long.valueOf(header) : header);
  }

  private List<String> faultsOfBody(Answer answer, JsonNode documented) {
    if (answer.method.equals("HEAD")) {
      return List.of();
    }
    if (documented.isMissingNode()) {
      return answer.body.isEmpty() ? List.of() : List.of("this body is not documented");
    }
    MediaType type = MediaType.parseMediaType(answer.headers.getOrDefault("Content-Type", "*/*"));
    JsonNode content = documented.path(type.getType() + "/" + type.getSubtype());
    if (content.isMissingNode()) {
      return List.of(type + " is not documented");
    }
    if (type.isCompatibleWith(MediaType.APPLICATION_NDJSON)) {
      JsonNode line = content.path("schema");
      return answer.body.lines().flatMap(text -> faultsOfJson(text, line).stream()).toList();
    }
    // A stream has no end at which it could be looked at.
    return type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM)
        ? List.of()
        : faultsOfJson(answer.body, content.path("schema"));
  }

  private List<String> faultsOfJson(String body, JsonNode schema) {
    try {
      return faults(JsonMapper.shared().readTree(body), schema);
    } catch (JacksonException e) {
      return List.of("not JSON: " + e.getOriginalMessage());
    }
  }
}
