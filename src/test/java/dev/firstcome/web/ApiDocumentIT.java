package dev.firstcome.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.http.HttpMethod.PATCH;
import static org.springframework.http.HttpMethod.POST;
import static org.springframework.http.HttpMethod.PUT;

import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the API's document against the shop that runs, in both directions. */
@ShopTest
class ApiDocumentIT {

  private static final String API = "/api/v1";

  @Autowired RouteTable routes;
  @Autowired Tokens tokens;
  @Autowired Database database;
  @Autowired WebTestClient http;
  @LocalServerPort int port;

  private JsonNode document = JsonMapper.shared().createObjectNode();

  @BeforeEach
  void read() throws Exception {
    document =
        JsonMapper.shared()
            .readTree(new ClassPathResource("docs/openapi.json").getContentAsByteArray());
  }

  @Test
  void namesEveryRouteAndNoOther() {
    Set<String> documented = new TreeSet<>();
    document
        .path("paths")
        .forEachEntry(
            (path, calls) ->
                calls.propertyNames().stream()
                    .map(method -> method.toUpperCase(Locale.ROOT) + " " + path)
                    .forEach(documented::add));
    Set<String> running =
        routes.routes().stream()
            .map(Object::toString)
            .filter(route -> route.contains(" " + API))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documented).isNotEmpty().isEqualTo(running);
  }

  @Test
  void showsEveryRefusalAsItIsWorded() {
    ResourceBundle messages = ResourceBundle.getBundle("problems", Locale.ROOT);
    Set<String> codes =
        messages.keySet().stream()
            .filter(key -> key.endsWith(".title"))
            .map(key -> key.substring(0, key.length() - ".title".length()))
            .collect(Collectors.toSet());
    JsonNode examples = document.path("components").path("examples");
    assertThat(codes).isNotEmpty().isEqualTo(Set.copyOf(examples.propertyNames()));
    for (String code : codes) {
      JsonNode example = examples.path(code).path("value");
      assertThat(example.path("code").asString()).isEqualTo(code);
      assertThat(example.path("title").asString()).isEqualTo(messages.getString(code + ".title"));
      fits(example, document.path("components").path("schemas").path("Problem." + code), code);
    }
  }

  @Test
  void leadsNowhereInVain() {
    List<JsonNode> references = document.findValues("$ref");
    assertThat(references).hasSizeGreaterThan(100);
    references.forEach(reference -> assertThat(target(reference).isMissingNode()).isFalse());
  }

  @Test
  void givesExamplesThatFit() {
    int[] checked = {0};
    document
        .findParents("example")
        .forEach(
            place -> {
              fits(place.path("example"), place.path("schema"), place.path("schema").toString());
              checked[0]++;
            });
    assertThat(checked[0]).isGreaterThan(30);
  }

  @Test
  void tellsWhatIsReallyAnswered() {
    Sql sql = new Sql(database);
    long product = sql.product(12_000, 100);
    long campaign = sql.campaign(10);
    String name = "reader-" + System.nanoTime();
    Shopper user = new Shopper(name, tokens.user(name), List.of(port));
    String line = "{\"productId\":" + product + ",\"quantity\":2}";

    answers(user, PATCH, "/points", "/points", "{\"amount\":100000}", 200);
    Answer issued =
        answers(user, POST, "/coupons/{id}/issue", "/coupons/" + campaign + "/issue", "", 201);
    answers(user, POST, "/coupons/{id}/issue", "/coupons/" + campaign + "/issue", "", 200);
    answers(user, POST, "/cart/items", "/cart/items", line, 201);
    answers(
        user, PUT, "/cart/items/{productId}", "/cart/items/" + product, "{\"quantity\":1}", 200);
    answers(user, HttpMethod.GET, "/cart", "/cart", "", 200);
    String coupon = issued.body().path("id").asString();
    String wish = "{\"items\":[" + line + "],\"issuedCouponId\":\"" + coupon + "\"}";
    String order = id(answers(user, POST, "/orders", "/orders", wish, 201));
    answers(user, HttpMethod.GET, "/orders/{id}", "/orders/" + order, "", 200);
    String paid = "{\"orderId\":\"" + order + "\"}";
    String payment = id(answers(user, POST, "/payments", "/payments", paid, 201));
    answers(user, HttpMethod.GET, "/payments/{id}", "/payments/" + payment, "", 200);
    answers(user, POST, "/orders/{id}/cancel", "/orders/" + order + "/cancel", "", 200);
    for (String list :
        List.of("/points", "/points/history", "/issued-coupons", "/orders", "/coupons")) {
      answers(user, HttpMethod.GET, list, list, "", 200);
    }
    for (String open : List.of("/products", "/products/popular")) {
      answers(user, HttpMethod.GET, open, open, "", 200);
    }
    answers(user, HttpMethod.GET, "/products/{id}", "/products/" + product, "", 200);
    answers(user, HttpMethod.GET, "/coupons/{id}", "/coupons/" + campaign, "", 200);
    Shopper admin = new Shopper(name, tokens.admin(name), List.of(port));
    answers(admin, HttpMethod.GET, "/admin/consistency", "/admin/consistency", "", 200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs",
        "/docs/problems",
        "/docs/docs.js",
        "/docs/docs.css",
        "/docs/problems.js",
        "/openapi.json"
      })
  void isThereForEverybodyAndLeavesOurOriginNowhere(String path) {
    http.get()
        .uri(path)
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .value(
            "Content-Security-Policy",
            policy -> assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"))
        .expectBody(String.class)
        .value(text -> assertThat(text).isNotEmpty().doesNotContain("http:", "https:", " style="));
  }

  @Test
  void leadsFromTheRootToThePage() {
    http.get().uri("/").exchange().expectStatus().isTemporaryRedirect();
  }

  private Answer answers(
      Shopper user, HttpMethod method, String pattern, String path, String body, int status) {
    Answer answer =
        method == HttpMethod.GET
            ? user.get(path)
            : user.send(method, path, "key-" + path.hashCode(), body);
    assertThat(answer.code()).as("%s %s: %s", method, path, answer.body()).isEqualTo(status);
    JsonNode schema =
        document
            .path("paths")
            .path(API + pattern)
            .path(method.name().toLowerCase(Locale.ROOT))
            .path("responses")
            .path(String.valueOf(status))
            .path("content")
            .path("application/json")
            .path("schema");
    fits(answer.body(), schema, method + " " + pattern);
    return answer;
  }

  private static String id(Answer answer) {
    return answer.body().path("id").asString();
  }

  private JsonNode target(JsonNode reference) {
    return document.at(reference.asString().substring(1));
  }

  private void fits(JsonNode value, JsonNode schema, String where) {
    fits(value, schema, where, true);
  }

  /**
   * As much of JSON Schema as the document uses for shapes: types, members, elements, enums.
   *
   * @param whole whether the schema names every member, as it must but for a part of {@code allOf}
   */
  private void fits(JsonNode value, JsonNode schema, String where, boolean whole) {
    assertThat(schema.isObject()).as("no schema for %s", where).isTrue();
    if (schema.has("$ref")) {
      fits(value, target(schema.path("$ref")), where, whole);
      return;
    }
    schema.path("allOf").forEach(part -> fits(value, part, where, false));
    if (schema.has("type")) {
      assertThat(types(schema.path("type"))).as(where).contains(typeOf(value));
    }
    if (schema.has("enum") && !value.isNull()) {
      assertThat(schema.path("enum").valueStream()).as(where).contains(value);
    }
    if (value.isObject() && schema.has("properties")) {
      membersFit(value, schema, where, whole);
    }
    if (value.isArray()) {
      value.forEach(element -> fits(element, schema.path("items"), where + "[]", true));
    }
  }

  private void membersFit(JsonNode value, JsonNode schema, String where, boolean whole) {
    JsonNode members = schema.path("properties");
    schema
        .path("required")
        .forEach(name -> assertThat(value.has(name.asString())).as("%s %s", where, name).isTrue());
    if (whole) {
      assertThat(members.propertyNames()).as(where).containsAll(value.propertyNames());
    }
    members
        .properties()
        .forEach(
            member -> {
              String name = member.getKey();
              if (value.has(name)) {
                fits(value.path(name), member.getValue(), where + "." + name, true);
              }
            });
  }

  private static Set<String> types(JsonNode type) {
    return type.isArray()
        ? type.valueStream().map(JsonNode::asString).collect(Collectors.toSet())
        : Set.of(type.asString());
  }

  private static String typeOf(JsonNode value) {
    if (value.isNull()) {
      return "null";
    } else if (value.isObject()) {
      return "object";
    } else if (value.isArray()) {
      return "array";
    } else if (value.isIntegralNumber()) {
      return "integer";
    }
    return value.isBoolean() ? "boolean" : "string";
  }
}
