package dev.firstcome.http.document;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies by the name of their schema: {@code x-body} is JSON of that schema with its example,
 * {@code x-list-of} a page of such.
 */
final class DocumentedBodies {

  private final ObjectNode schemas;
  private final Set<String> listed = new TreeSet<>();

  DocumentedBodies(ObjectNode schemas) {
    this.schemas = schemas;
  }

  /** Completes the request's body and those of all answers. */
  void complete(JsonNode call) {
    if (call.path("requestBody") instanceof ObjectNode body && body.has("x-body")) {
      body.put("required", true);
      complete(body);
    }
    call.path("responses").forEach(answer -> complete((ObjectNode) answer));
  }

  private void complete(ObjectNode place) {
    JsonNode one = place.remove("x-body");
    JsonNode list = place.remove("x-list-of");
    if (one != null) {
      put(place, one.asString(), example(one.asString()));
    } else if (list != null) {
      listed.add(list.asString());
      ObjectNode page = JsonMapper.shared().createObjectNode();
      page.putArray("items").add(example(list.asString()));
      page.putNull("nextCursor");
      put(place, list.asString() + "List", page);
    }
  }

  private JsonNode example(String schema) {
    return schemas.path(schema).path("x-example").deepCopy();
  }

  private static void put(ObjectNode place, String schema, JsonNode example) {
    ObjectNode json = place.putObject("content").putObject("application/json");
    json.set("schema", OpenApi.reference("schemas", schema));
    if (!example.isMissingNode()) {
      json.set("example", example);
    }
  }

  /** Adds the schemas of pages, and takes away what was only for us. */
  void finish() {
    listed.forEach(
        name -> {
          ObjectNode page = schemas.putObject(name + "List").put("type", "object");
          ObjectNode members = page.putObject("properties");
          members
              .putObject("items")
              .put("type", "array")
              .put("minItems", 0)
              .put("maxItems", 100)
              .set("items", OpenApi.reference("schemas", name));
          ObjectNode next = members.putObject("nextCursor");
          next.putArray("type").add("string").add("null");
          next.put("description", "the cursor of the next page; null on the last one");
          page.putArray("required").add("items").add("nextCursor");
        });
    schemas.forEachEntry(
        (name, schema) -> {
          ((ObjectNode) schema).remove("x-example");
          nameConstants(name, (ObjectNode) schema);
        });
  }

  /** Go's generators make constants of enums, in one name space for all. */
  private static void nameConstants(String name, ObjectNode schema) {
    if (schema.path("enum").isArray()) {
      String prefix = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT) + "_";
      ArrayNode names = schema.putArray("x-enum-varnames");
      schema.path("enum").forEach(value -> names.add(prefix + value.asString()));
    }
  }
}
