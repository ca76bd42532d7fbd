package dev.firstcome.shop.audit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code ETag} and {@code If-Match} of what administrators change, on two instances. */
@ShopTest
class VersionIT {

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private String token;

  private record Seen(int status, String etag, String replayed) {}

  @BeforeEach
  void administrator() {
    sql = new Sql(database);
    token = tokens.admin(UUID.randomUUID().toString());
  }

  private Mono<Seen> send(int door, HttpMethod method, String path, String body, String... head) {
    WebClient.RequestBodySpec request =
        WebClient.create("http://localhost:" + door + "/api/v1")
            .method(method)
            .uri(path)
            .contentType(MediaType.APPLICATION_JSON)
            .headers(h -> h.setBearerAuth(token));
    for (int i = 0; i < head.length; i += 2) {
      request.header(head[i], head[i + 1]);
    }
    return request
        .bodyValue(body)
        .exchangeToMono(
            answer ->
                answer
                    .releaseBody()
                    .thenReturn(
                        seen(answer.statusCode().value(), answer.headers().asHttpHeaders())));
  }

  private static Seen seen(int status, HttpHeaders headers) {
    return new Seen(
        status, "" + headers.getFirst("ETag"), "" + headers.getFirst("Idempotent-Replayed"));
  }

  private Seen now(HttpMethod method, String path, String body, String... head) {
    return requireNonNull(send(port, method, path, body, head).block());
  }

  private String resource(String kind) {
    long product = sql.product(100, 9);
    long id =
        switch (kind) {
          case "products" -> product;
          case "coupons" -> sql.campaign(9);
          default -> {
            long drop =
                sql.number("INSERT INTO drops (name, opens_at) VALUES ('d', now()) RETURNING id");
            sql.run("UPDATE products SET drop_id = $1 WHERE id = $2", drop, product);
            yield drop;
          }
        };
    return "/" + kind + "/" + id;
  }

  @ParameterizedTest
  @ValueSource(strings = {"products", "coupons", "drops"})
  void changesOnlyTheVersionThatIsNamed(String kind) {
    String path = resource(kind);
    Seen first = now(HttpMethod.GET, path, "");
    assertThat(first).isEqualTo(new Seen(200, "\"1\"", "null"));

    String[] keyed = {"If-Match", first.etag, "Idempotency-Key", "k"};
    Seen changed = now(HttpMethod.PATCH, "/admin" + path, "{\"name\":\"two\"}", keyed);
    assertThat(changed).isEqualTo(new Seen(200, "\"2\"", "null"));
    assertThat(now(HttpMethod.GET, path, "").etag).isEqualTo("\"2\"");
    // Stock is no part of the version, so that nothing can be said to be unchanged.
    assertThat(now(HttpMethod.GET, path, "", "If-None-Match", "\"2\"").status).isEqualTo(200);
    assertThat(
            now(HttpMethod.PATCH, "/admin" + path, "{\"name\":\"three\"}", "If-Match", first.etag)
                .status)
        .isEqualTo(412);
    // A repeated key is answered first, whatever version there is.
    assertThat(now(HttpMethod.PATCH, "/admin" + path, "{\"name\":\"two\"}", keyed))
        .isEqualTo(new Seen(200, "\"2\"", "true"));
    assertThat(now(HttpMethod.PATCH, "/admin" + path, "{\"name\":\"two\"}").etag)
        .isEqualTo("\"2\"");
    assertThat(now(HttpMethod.PATCH, "/admin" + path, "{\"name\":\"last\"}").etag)
        .isEqualTo("\"3\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"products", "coupons", "drops"})
  void letsOneOfManyChangeAVersion(String kind) {
    String path = "/admin" + resource(kind);
    List<Integer> doors = List.of(port, SecondShop.port());
    List<Integer> statuses =
        Flux.range(0, 8)
            .flatMap(
                i ->
                    send(
                        doors.get(i % 2),
                        HttpMethod.PATCH,
                        path,
                        "{\"name\":\"by " + i + "\"}",
                        "If-Match",
                        "\"1\""),
                8)
            .map(Seen::status)
            .collectSortedList()
            .block();
    assertThat(statuses).isEqualTo(List.of(200, 412, 412, 412, 412, 412, 412, 412));
  }

  @Test
  void staysWhateverCustomersDo() {
    long product = sql.product(100, 9);
    long campaign = sql.campaign(9);
    String line = "{\"items\":[{\"productId\":%s,\"quantity\":1}]}".formatted(product);
    assertThat(now(HttpMethod.POST, "/orders", line, "Idempotency-Key", "k").status).isEqualTo(201);
    assertThat(now(HttpMethod.POST, "/coupons/" + campaign + "/issue", "").status).isEqualTo(201);

    assertThat(now(HttpMethod.GET, "/products/" + product, "").etag).isEqualTo("\"1\"");
    assertThat(now(HttpMethod.GET, "/coupons/" + campaign, "").etag).isEqualTo("\"1\"");
  }

  @Test
  void isAnotherWhenADropBindsTheProductOrLetsItGo() {
    long product = sql.product(100, 9);
    long drop =
        sql.number(
            "INSERT INTO drops (name, opens_at) VALUES ('d', now() + interval '1 day') RETURNING id");
    String path = "/admin/drops/" + drop;

    Seen bound = now(HttpMethod.PATCH, path, "{\"productIds\":[" + product + "]}");
    assertThat(bound.etag).isEqualTo("\"2\"");
    assertThat(now(HttpMethod.GET, "/products/" + product, "").etag).isEqualTo("\"2\"");
    assertThat(now(HttpMethod.PATCH, path, "{\"productIds\":[]}").etag).isEqualTo("\"3\"");
    assertThat(now(HttpMethod.GET, "/products/" + product, "").etag).isEqualTo("\"3\"");
  }
}
