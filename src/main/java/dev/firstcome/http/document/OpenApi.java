package dev.firstcome.http.document;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API's document as it is served: what is written by hand in {@code docs/openapi.json}, and
 * what follows from it. {@code x-read-me} at the top of that file says how it is written.
 */
public final class OpenApi {

  private OpenApi() {}

  /** Reads the written document and completes it. */
  public static ObjectNode complete() {
    return complete((ObjectNode) JsonMapper.shared().readTree(written()));
  }

  static ObjectNode complete(ObjectNode document) {
    ObjectNode components = (ObjectNode) document.path("components");
    document.remove("x-read-me");
    DocumentedRefusals refusals = new DocumentedRefusals(document.remove("x-members"));
    DocumentedBodies bodies = new DocumentedBodies((ObjectNode) components.path("schemas"));
    document
        .path("paths")
        .forEachEntry(
            (path, calls) ->
                calls.forEachEntry(
                    (method, call) ->
                        new DocumentedCall(path, method, (ObjectNode) call)
                            .complete(bodies, refusals)));
    List.of("x-webhooks")
        .forEach(name -> document.path(name).forEach(calls -> calls.forEach(bodies::complete)));
    bodies.finish();
    refusals.addTo(components);
    return document;
  }

  private static byte[] written() {
    try {
      return new ClassPathResource("docs/openapi.json").getContentAsByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode reference(String kind, String name) {
    return JsonMapper.shared().createObjectNode().put("$ref", "#/components/" + kind + "/" + name);
  }

  /** The values of a list of texts. */
  static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }
}
