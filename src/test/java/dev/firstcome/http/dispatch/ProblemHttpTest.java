package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.dispatch.Client.Answer;
import dev.firstcome.http.security.TestTokens;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;

/** Every way to be refused by the house, through real HTTP, in both languages. */
@HouseTest
public class ProblemHttpTest {

  @LocalServerPort int port;
  @Autowired ApplicationContext context;
  Client client;
  String alice;

  @BeforeEach
  void connect() {
    client = new Client(port);
    alice = "Bearer " + TestTokens.token("alice");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/who, none, 401, UNAUTHENTICATED",
    "GET, /api/v1/who, garbage, 401, UNAUTHENTICATED",
    "GET, /nothing/here, none, 401, UNAUTHENTICATED",
    "GET, /api/v1/admin/secret, alice, 403, FORBIDDEN",
    "GET, /api/v1/admin/nothing, alice, 403, FORBIDDEN",
    "GET, /api/v1/nothing, alice, 404, NOT_FOUND",
    "GET, /actuator/env, alice, 404, NOT_FOUND",
    "GET, /actuator/health/nothing, none, 404, NOT_FOUND",
    "GET, /docs/nothing.css, none, 404, NOT_FOUND",
    "GET, /api/v1/products/abc, none, 404, NOT_FOUND",
    "GET, /api/v1/products/0, none, 404, NOT_FOUND",
    "GET, /api/v1/products/99999999999999999999, none, 404, NOT_FOUND",
    "DELETE, /api/v1/who, alice, 405, METHOD_NOT_ALLOWED",
    "PATCH, /api/v1/products/1, alice, 405, METHOD_NOT_ALLOWED",
    "POST, /actuator/health, alice, 405, METHOD_NOT_ALLOWED",
    "GET, /api/v1/fails/reused, alice, 422, IDEMPOTENCY_KEY_REUSED",
    "GET, /api/v1/fails/reused?thrown, alice, 422, IDEMPOTENCY_KEY_REUSED",
    "GET, /api/v1/fails/bug, alice, 500, INTERNAL",
    "GET, /api/v1/fails/bug?thrown, alice, 500, INTERNAL",
    "GET, /api/v1/fails/sql, alice, 500, INTERNAL",
    "GET, /api/v1/fails/database, alice, 503, DEPENDENCY_UNAVAILABLE",
    "GET, /api/v1/fails/statement, alice, 503, DEPENDENCY_UNAVAILABLE",
    "GET, /api/v1/fails/redis, alice, 503, DEPENDENCY_UNAVAILABLE",
    "GET, /api/v1/fails/full, alice, 503, OVERLOADED",
    "POST, /api/v1/keyed, alice, 400, IDEMPOTENCY_KEY_REQUIRED",
  })
  void refusesAsTheContractSays(String method, String path, String who, int status, String code) {
    String[] headers = who.equals("none") ? new String[0] : authorization(who);
    Answer english = client.send(method, path, BodyPublishers.noBody(), headers);
    isProblem(english, status, code, "en");
    Answer korean =
        client.send(
            method,
            path,
            BodyPublishers.noBody(),
            with(headers, "Accept-Language", "ko-KR,en;q=0.5"));
    isProblem(korean, status, code, "ko");
    assertThat(korean.text("title")).isNotEqualTo(english.text("title"));
    assertThat(korean.text("detail")).isNotEqualTo(english.text("detail"));
    String bare = path.replaceFirst("\\?.*", "");
    assertThat(english.text("instance")).isEqualTo(bare);
  }

  private String[] authorization(String who) {
    return new String[] {"Authorization", who.equals("alice") ? alice : "Bearer " + who};
  }

  private static String[] with(String[] headers, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(headers));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  public static void isProblem(Answer answer, int status, String code, String language) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.header("Content-Language")).isEqualTo(language);
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("Vary")).isEqualToIgnoringCase("Accept-Language");
    assertThat(answer.header("X-Trace-Id")).matches("[0-9a-f]{32}");
    assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    assertThat(answer.text("code")).isEqualTo(code);
    assertThat(answer.text("type")).endsWith("#" + code);
    assertThat(answer.text("traceId")).isEqualTo(answer.header("X-Trace-Id"));
    assertThat(answer.text("title")).isNotBlank();
    assertThat(answer.text("detail")).isNotBlank().doesNotContain("{");
    if (status == 429 || status == 503) {
      assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
    }
    if (status == 405) {
      assertThat(answer.header("Allow")).contains("GET");
    }
  }

  @Test
  void leadsFromTheRootToTheDocumentsUnlessThereIsAPage() {
    Answer answer = client.send("GET", "/", BodyPublishers.noBody());
    assertThat(answer.status()).isEqualTo(307);
    assertThat(answer.header("Location")).isEqualTo("/docs");
  }

  @Test
  void tellsNothingAboutItsInside() {
    for (String how : List.of("bug", "sql", "database", "statement", "redis")) {
      Answer answer = client.get("/api/v1/fails/" + how, "Authorization", alice);
      assertThat(answer.body())
          .doesNotContain("secret", "internal:", "jdbc", "INSERT", "Exception", "dev.firstcome");
    }
  }

  @Test
  void challengesWhoHasNoToken() {
    assertThat(client.get("/api/v1/who").header("WWW-Authenticate")).isEqualTo("Bearer");
    Answer garbage = client.get("/api/v1/who", "Authorization", "Bearer garbage");
    assertThat(garbage.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    Answer mere = client.get("/api/v1/admin/secret", "Authorization", alice);
    assertThat(mere.header("WWW-Authenticate")).contains("insufficient_scope");
  }

  @Test
  void letsTheAdministratorIn() {
    String admin = "Bearer " + TestTokens.token("root", "admin");
    assertThat(client.get("/api/v1/admin/secret", "Authorization", admin).status()).isEqualTo(200);
  }

  @Test
  void opensReadingToEverybody() {
    Answer products = client.get("/api/v1/products");
    assertThat(products.status()).isEqualTo(200);
    assertThat(products.header("Content-Type")).isEqualTo("application/json");
    assertThat(client.get("/actuator/health/liveness").status()).isEqualTo(200);
    assertThat(client.get("/actuator/health/readiness").status()).isEqualTo(200);
    assertThat(client.get("/actuator/prometheus").status()).isEqualTo(200);
    assertThat(client.post("/api/v1/products", "{}").status()).isEqualTo(401);
  }

  @Test
  void saysWhenToAskAgainWhileItIsDown() {
    AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
    Answer down = client.get("/actuator/health/readiness");
    AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
    assertThat(down.status()).isEqualTo(503);
    assertThat(down.header("Retry-After")).matches("[1-9][0-9]*");
    assertThat(client.get("/actuator/health/readiness").status()).isEqualTo(200);
  }

  @Test
  void knowsTheCaller() {
    Answer who = client.get("/api/v1/who", "Authorization", alice);
    assertThat(who.json().path("user").asString()).isEqualTo("alice");
  }

  @Test
  void refusesWhoCannotReadJson() {
    for (String language : List.of("en", "ko")) {
      Answer answer =
          client.get("/api/v1/products", "Accept", "text/html", "Accept-Language", language);
      isProblem(answer, 406, "NOT_ACCEPTABLE", language);
    }
    assertThat(client.get("/api/v1/products", "Accept", "text/html, */*;q=0.1").status())
        .isEqualTo(200);
  }

  @Test
  void refusesWhoAcceptsMoreThanAnybodyCanSort() {
    Answer answer =
        client.get("/nothing/here", "Authorization", alice, "Accept", "*/*,".repeat(300) + "*/*");
    isProblem(answer, 406, "NOT_ACCEPTABLE", "en");
  }

  @Test
  void refusesBodiesThatAreNotJson() {
    for (String language : List.of("en", "ko")) {
      Answer answer = echo("a=b", "application/x-www-form-urlencoded", language);
      isProblem(answer, 415, "UNSUPPORTED_MEDIA_TYPE", language);
    }
    assertThat(echo("{}", "application/json; charset=euc-kr", "en").status()).isEqualTo(415);
    assertThat(echo("{}", "nonsense", "en").status()).isEqualTo(415);
  }

  @Test
  void refusesBodiesThatAreTooLarge() {
    String large = "{\"note\":\"" + "x".repeat(70_000) + "\"}";
    for (String language : List.of("en", "ko")) {
      isProblem(echo(large, "application/json", language), 413, "BODY_TOO_LARGE", language);
    }
  }

  @Test
  void refusesLargeBodiesOfUnknownLengthToo() {
    byte[] large = new byte[70_000];
    Answer answer =
        client.send(
            "POST",
            "/api/v1/echo",
            BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large)),
            "Authorization",
            alice,
            "Content-Type",
            "application/json");
    isProblem(answer, 413, "BODY_TOO_LARGE", "en");
  }

  @Test
  void namesEveryMemberAtFault() {
    String body = "{\"items\":[{\"productId\":\"1\",\"quantity\":0},{\"quantity\":1}],\"gift\":1}";
    Answer answer = echo(body, "application/json", "en");
    isProblem(answer, 400, "INVALID_REQUEST", "en");
    assertThat(answer.json().path("errors").findValuesAsString("field"))
        .containsExactly("items[0].productId", "items[1].productId", "gift");
    Answer korean = echo(body, "application/json", "ko");
    assertThat(korean.json().path("errors").path(0).path("message").asString())
        .isEqualTo("정수여야 합니다");
  }

  @Test
  void answersWhatItUnderstood() {
    Answer answer =
        echo("{\"items\":[{\"productId\":1,\"quantity\":2}]}", "application/json", "en");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo("{\"items\":[{\"productId\":1,\"quantity\":2}],\"note\":null}");
  }

  private Answer echo(String body, String type, String language) {
    String user = "Bearer " + TestTokens.token("echo-" + System.nanoTime());
    return client.post(
        "/api/v1/echo",
        body,
        "Authorization",
        user,
        "Content-Type",
        type,
        "Accept-Language",
        language);
  }

  @Test
  void limitsHowMuchOneUserWrites() {
    String eager = "Bearer " + TestTokens.token("eager");
    Answer last = client.post("/api/v1/who", "", "Authorization", eager);
    for (int i = 0; i < 200 && last.status() == 200; i++) {
      last = client.post("/api/v1/who", "", "Authorization", eager);
    }
    isProblem(last, 429, "TOO_MANY_REQUESTS", "en");
    Answer korean = client.post("/api/v1/who", "", "Authorization", eager, "Accept-Language", "ko");
    isProblem(korean, 429, "TOO_MANY_REQUESTS", "ko");
    assertThat(client.get("/api/v1/who", "Authorization", eager).status()).isEqualTo(200);
    String other = "Bearer " + TestTokens.token("patient");
    assertThat(client.post("/api/v1/who", "", "Authorization", other).status()).isEqualTo(200);
  }

  @Test
  void readsBothFormsOfAnIdempotencyKey() {
    for (String sent : List.of("abc", "\"abc\"")) {
      Answer answer =
          client.post("/api/v1/keyed", "", "Authorization", alice, "Idempotency-Key", sent);
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.text("key")).isEqualTo("abc");
      assertThat(answer.header("Idempotent-Replayed")).isEqualTo("true");
      assertThat(answer.header("Location")).isEqualTo("/api/v1/keyed/3");
    }
  }

  @Test
  void refusesIdempotencyKeysThatAreNone() {
    for (String language : List.of("en", "ko")) {
      Answer answer =
          client.post(
              "/api/v1/keyed",
              "",
              "Authorization",
              alice,
              "Accept-Language",
              language,
              "Idempotency-Key",
              "x".repeat(65));
      isProblem(answer, 400, "IDEMPOTENCY_KEY_INVALID", language);
    }
    Answer twice =
        client.post(
            "/api/v1/keyed",
            "",
            "Authorization",
            alice,
            "Idempotency-Key",
            "a",
            "Idempotency-Key",
            "a");
    isProblem(twice, 400, "IDEMPOTENCY_KEY_INVALID", "en");
  }

  @Test
  void walksAListToItsEnd() {
    List<Long> seen = new ArrayList<>();
    String path = "/api/v1/products?unknown=1";
    int pages = 0;
    while (!path.isEmpty()) {
      Answer page = client.get(path);
      assertThat(page.status()).isEqualTo(200);
      page.json().path("items").forEach(item -> seen.add(item.asLong()));
      String next = page.text("nextCursor");
      path = next.isEmpty() ? "" : "/api/v1/products?cursor=" + next;
      pages++;
    }
    assertThat(pages).isEqualTo(3);
    assertThat(seen).hasSize(45).doesNotHaveDuplicates().isSorted();
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=101, limit",
    "limit=x, limit",
    "limit=1.5, limit",
    "limit=-1, limit",
    "cursor=NDU, cursor",
    "cursor=!!!, cursor",
    "cursor=AAAAAAAAAAAA, cursor"
  })
  void refusesParametersThatAreNotOurs(String query, String field) {
    Answer answer = client.get("/api/v1/products?" + query);
    isProblem(answer, 400, "INVALID_REQUEST", "en");
    assertThat(answer.json().path("errors").findValuesAsString("field")).containsExactly(field);
  }

  @Test
  void answersHeadAsGetWithoutABody() {
    Answer head = client.send("HEAD", "/api/v1/products", BodyPublishers.noBody());
    Answer get = client.get("/api/v1/products");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
    Answer missing = client.send("HEAD", "/api/v1/products/x", BodyPublishers.noBody());
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.body()).isEmpty();
  }

  @Test
  void tellsWhatAPathCanDo() {
    Answer options =
        client.send("OPTIONS", "/api/v1/who", BodyPublishers.noBody(), "Authorization", alice);
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.header("Allow").split(", "))
        .containsExactlyInAnyOrder("GET", "POST", "HEAD", "OPTIONS");
    Answer nothing =
        client.send("OPTIONS", "/api/v1/nothing", BodyPublishers.noBody(), "Authorization", alice);
    isProblem(nothing, 404, "NOT_FOUND", "en");
  }

  @Test
  void takesTheTraceIdOfItsCaller() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    Answer traced =
        client.get("/api/v1/products", "traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
    assertThat(traced.header("X-Trace-Id")).isEqualTo(trace);
    Answer untraced = client.get("/api/v1/products", "traceparent", "00-" + trace + "-0-01");
    assertThat(untraced.header("X-Trace-Id")).matches("[0-9a-f]{32}").isNotEqualTo(trace);
  }
}
