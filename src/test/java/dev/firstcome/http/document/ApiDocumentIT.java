package dev.firstcome.http.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.PATCH;
import static org.springframework.http.HttpMethod.POST;
import static org.springframework.http.HttpMethod.PUT;

import dev.firstcome.dev.AnswerRules;
import dev.firstcome.dev.ApiDocument;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.RouteTable;
import dev.firstcome.infra.postgres.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;

/** Holds the API's document against the shop that runs, in both directions. */
@ShopTest
class ApiDocumentIT {

  private static final String API = "/api/v1";

  @Autowired RouteTable routes;
  @Autowired Tokens tokens;
  @Autowired Database database;
  @Autowired WebTestClient http;
  @LocalServerPort int port;

  private final ApiDocument document = ApiDocument.read();
  private final Set<String> answered = new TreeSet<>();

  @Test
  void namesEveryRouteAndNoOther() {
    Set<String> running =
        routes.routes().stream()
            .map(Object::toString)
            .filter(route -> route.contains(" " + API))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documentedCalls()).isNotEmpty().isEqualTo(running);
  }

  private Set<String> documentedCalls() {
    Set<String> documented = new TreeSet<>();
    tree()
        .path("paths")
        .forEachEntry(
            (path, calls) ->
                calls.propertyNames().stream()
                    .map(method -> method.toUpperCase(Locale.ROOT) + " " + path)
                    .forEach(documented::add));
    return documented;
  }

  @Test
  void showsEveryRefusalAsItIsWordedInBothLanguages() {
    ResourceBundle english = ResourceBundle.getBundle("problems", Locale.ROOT);
    ResourceBundle korean = ResourceBundle.getBundle("problems", Locale.KOREAN);
    List<String> codes =
        english.keySet().stream()
            .filter(key -> key.endsWith(".title"))
            .map(key -> key.substring(0, key.length() - ".title".length()))
            .toList();
    assertThat(codes).isNotEmpty();
    codes.forEach(code -> isWorded(code, code, english));
    codes.forEach(code -> isWorded(code, code + ".ko", korean));
    assertThat(components("examples").propertyNames()).hasSize(2 * codes.size());
  }

  private void isWorded(String code, String name, ResourceBundle messages) {
    JsonNode example = components("examples").path(name).path("value");
    assertThat(example.path("code").asString()).as(name).isEqualTo(code);
    assertThat(example.path("title").asString()).isEqualTo(messages.getString(code + ".title"));
    // What stands in braces is a member of the document.
    String detail = Pattern.quote(messages.getString(code + ".detail"));
    assertThat(example.path("detail").asString())
        .matches(detail.replaceAll("\\{\\w+}", "\\\\E.+\\\\Q"));
    fits(example, components("schemas").path("Problem." + code), name);
  }

  /** Where a refusal is possible, it is shown there, and in both languages. */
  @Test
  void showsEveryRefusalWhereItIsPossible() {
    List<JsonNode> refusals = tree().findValues("application/problem+json");
    assertThat(refusals).hasSizeGreaterThan(40);
    for (JsonNode refusal : refusals) {
      Set<String> shown = new TreeSet<>();
      refusal
          .path("schema")
          .findValuesAsString("$ref")
          .forEach(schema -> addBoth(schema.replaceFirst(".*/Problem[.]", ""), shown));
      assertThat(refusal.path("examples").propertyNames())
          .containsExactlyInAnyOrderElementsOf(shown);
    }
  }

  private static void addBoth(String code, Set<String> names) {
    names.addAll(List.of(code, code + ".ko"));
  }

  @Test
  void leadsNowhereInVain() {
    List<JsonNode> references = tree().findParents("$ref");
    assertThat(references).hasSizeGreaterThan(100);
    references.forEach(
        reference ->
            assertThat(document.target(reference).isMissingNode()).as("%s", reference).isFalse());
    List<String> calls = new ArrayList<>();
    tree()
        .path("paths")
        .forEach(path -> path.forEach(call -> calls.add(call.path("operationId").asString())));
    assertThat(calls).doesNotHaveDuplicates();
    List<JsonNode> links = tree().findValues("links");
    assertThat(links).isNotEmpty();
    links.forEach(these -> assertThat(calls).containsAll(these.findValuesAsString("operationId")));
  }

  @Test
  void showsEveryInstantAsTheShopWritesIt() {
    String examples = tree().toString();
    assertThat(examples).contains("\"paymentDueAt\":\"2026-11-22T05:15:00.000000Z\"");
    assertThat(AnswerRules.faultsOfInstants(examples)).isEmpty();
  }

  @Test
  void givesAnExampleOfEveryBodyAndTheyFit() {
    List<JsonNode> bodies = tree().findValues("application/json");
    assertThat(bodies).hasSizeGreaterThan(30);
    bodies.forEach(body -> assertThat(body.has("example")).as("%s", body).isTrue());
    tree()
        .findParents("example")
        .forEach(
            place ->
                fits(place.path("example"), place.path("schema"), place.path("schema").toString()));
  }

  /** That each good answer is as documented, {@code OnlyDocumentedAnswers} sees to. */
  @Test
  void givesAGoodAnswerToEveryCall() {
    Sql sql = new Sql(database);
    String product = "/" + sql.product(12_000, 100);
    String campaign = "/" + sql.campaign(10);
    String name = "reader-" + System.nanoTime();
    Shopper user = new Shopper(name, tokens.user(name), List.of(port));
    String line = "{\"productId\":" + product.substring(1) + ",\"quantity\":2}";

    answers(user, PATCH, "/points", "{\"amount\":100000}", 200);
    answers(user, GET, "/points", "", 200);
    Answer issued = answers(user, POST, "/coupons" + campaign + "/issue", "", 201);
    answers(user, POST, "/coupons" + campaign + "/issue", "", 200);
    answers(user, POST, "/cart/items", line, 201);
    answers(user, PUT, "/cart/items" + product, "{\"quantity\":1}", 200);
    answers(user, GET, "/cart", "", 200);
    answers(user, DELETE, "/cart/items" + product, "", 204);
    answers(user, DELETE, "/cart", "", 204);
    String wish = "{\"items\":[" + line + "],\"issuedCouponId\":\"" + id(issued) + "\"}";
    String order = id(answers(user, POST, "/orders", wish, 201));
    answers(user, GET, "/orders/" + order, "", 200);
    String payment = id(answers(user, POST, "/payments", "{\"orderId\":\"" + order + "\"}", 201));
    answers(user, GET, "/payments/" + payment, "", 200);
    givesAGoodAnswerToEveryCallOfTheDesk(order, product.substring(1));
    answers(user, POST, "/orders/" + order + "/cancel", "", 200);
    for (String list : List.of("/points/history", "/issued-coupons", "/orders")) {
      answers(user, GET, list, "", 200);
    }
    for (String open : List.of("/products", "/products/popular", "/coupons")) {
      answers(user, GET, open, "", 200);
    }
    answers(user, GET, "/products" + product, "", 200);
    answers(user, GET, "/coupons" + campaign, "", 200);
    givesAGoodAnswerToEveryCallOfAdministrators(product.substring(1));
    // StreamIT listens to the streams, and LedgerIT reads the ledger, which is no JSON.
    assertThat(documentedCalls())
        .filteredOn(call -> !call.endsWith("/stream") && !call.endsWith("/ledger"))
        .hasSameElementsAs(answered);
  }

  private void givesAGoodAnswerToEveryCallOfAdministrators(String product) {
    Shopper admin = new Shopper("admin", tokens.admin("admin"), List.of(port));
    for (String path : List.of("/products", "/coupons")) {
      JsonNode call = tree().path("paths").path(API + "/admin" + path).path("post");
      String example = call.at("/requestBody/content/application~1json/example").toString();
      answers(admin, POST, "/admin" + path, example, 201);
    }
    answers(admin, PATCH, "/admin/products/" + product, "{\"price\":14000}", 200);
    String delta = "{\"items\":[{\"productId\":" + product + ",\"delta\":1}],\"reason\":\"more\"}";
    answers(admin, POST, "/admin/stock-adjustments", delta, 200);
    Answer events = answers(admin, GET, "/admin/events", "", 200);
    String event = events.body().at("/items/0/id").asString();
    answers(admin, POST, "/admin/events/" + event + "/redeliver", "", 202);
    answers(admin, POST, "/admin/events/redeliver?status=DEAD", "", 202);
    answers(admin, GET, "/admin/audit", "", 200);
    answers(admin, GET, "/admin/set-aside", "", 200);
    answers(admin, GET, "/admin/consistency", "", 200);
    givesAGoodAnswerToEveryCallOfDrops(admin, product);
  }

  private void givesAGoodAnswerToEveryCallOfTheDesk(String order, String product) {
    Shopper admin = new Shopper("admin", tokens.admin("admin"), List.of(port));
    String part =
        "{\"items\":[{\"productId\":%s,\"quantity\":1}],\"restock\":false,\"reason\":\"broken\"}";
    answers(admin, GET, "/admin/orders?productId=" + product, "", 200);
    answers(admin, GET, "/admin/orders/" + order, "", 200);
    answers(admin, POST, "/admin/orders/" + order + "/refunds", part.formatted(product), 201);
    answers(admin, POST, "/admin/orders/" + order + "/cancel", "", 200);
  }

  private void givesAGoodAnswerToEveryCallOfDrops(Shopper admin, String product) {
    String body = "{\"name\":\"drop\",\"productIds\":[%s],\"opensAt\":\"%s\"}";
    String opening = "2999-01-01T00:00:00Z";
    Answer made = answers(admin, POST, "/admin/drops", body.formatted(product, opening), 201);
    String drop = "/drops/" + made.body().path("id").asLong();
    answers(admin, PATCH, "/admin" + drop, "{\"paused\":true,\"line\":{\"ratePerSecond\":5}}", 200);
    answers(admin, GET, "/drops", "", 200);
    answers(admin, GET, drop, "", 200);
    answers(admin, GET, "/admin" + drop + "/report", "", 200);
    answers(admin, GET, "/products/" + product + "/allowance", "", 200);
    answers(admin, POST, drop + "/ticket", "", 201);
    answers(admin, POST, drop + "/ticket", "", 200);
    answers(admin, GET, drop + "/ticket", "", 200);
    answers(admin, DELETE, drop + "/ticket", "", 204);
    Answer coupons = admin.get("/coupons");
    long campaign = coupons.body().at("/items/0/id").asLong();
    answers(admin, PATCH, "/admin/coupons/" + campaign, "{\"name\":\"renamed\"}", 200);
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

  private Answer answers(Shopper who, HttpMethod method, String path, String body, int status) {
    Answer answer =
        method == GET ? who.get(path) : who.send(method, path, "key-" + path.hashCode(), body);
    assertThat(answer.code()).as("%s %s: %s", method, path, answer.body()).isEqualTo(status);
    answered.add(method + " " + document.pathOf(API + path.replaceAll("[?].*", "")));
    return answer;
  }

  private static String id(Answer answer) {
    return answer.body().path("id").asString();
  }

  private JsonNode tree() {
    return document.tree();
  }

  private JsonNode components(String kind) {
    return tree().path("components").path(kind);
  }

  private void fits(JsonNode value, JsonNode schema, String where) {
    assertThat(document.faults(value, schema)).as(where).isEmpty();
  }
}
