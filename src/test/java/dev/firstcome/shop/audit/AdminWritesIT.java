package dev.firstcome.shop.audit;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Keys of administrative writes, and the audit that they leave, on two instances. */
@ShopTest
class AdminWritesIT {

  private static final String ADJUST = "/admin/stock-adjustments";

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private String actor;
  private Shopper admin;
  private long product;

  @BeforeEach
  void administrator() {
    sql = new Sql(database);
    actor = UUID.randomUUID().toString();
    admin = new Shopper(actor, tokens.admin(actor), List.of(port, SecondShop.port()));
    product = sql.product(1000, 10);
  }

  private String supply(long delta) {
    return "{\"items\":[{\"productId\":%s,\"delta\":%s}],\"reason\":\"delivery 12\"}"
        .formatted(product, delta);
  }

  private long stock() {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  private long adjustments() {
    return sql.number(
        "SELECT count(*) FROM stock_adjustments WHERE product_id = $1 AND adjusted_by = $2",
        product,
        actor);
  }

  private long audited() {
    return sql.number("SELECT count(*) FROM audit WHERE actor = $1", actor);
  }

  private long keptKeys(String key) {
    UUID id = new AdminRequest(actor, "stock.adjust", "", key, "", "").id();
    return sql.number("SELECT count(*) FROM admin_requests WHERE id = $1", id);
  }

  @Test
  void suppliesOnceHoweverManyAskUnderOneKeyOnTwoInstances() {
    List<Answer> answers =
        Shopper.atOnce(20, i -> admin.sending(HttpMethod.POST, ADJUST, "delivery", supply(500)));

    assertThat(Shopper.outcomes(answers)).isEqualTo(Map.of("200", 20L));
    assertThat(answers).filteredOn(Answer::isReplayed).hasSize(19);
    assertThat(answers).extracting(Answer::body).containsOnly(answers.get(0).body());
    assertThat(stock()).isEqualTo(510);
    assertThat(adjustments()).isEqualTo(1);
    assertThat(audited()).isEqualTo(1);
    assertThat(admin.send(HttpMethod.POST, ADJUST, "delivery", supply(501)).outcome())
        .isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
    assertThat(stock()).isEqualTo(510);
    assertThat(admin.send(HttpMethod.POST, ADJUST, supply(1)).outcome())
        .isEqualTo("400 IDEMPOTENCY_KEY_REQUIRED");
  }

  /** Without the lock in Redis the name's row alone keeps them apart. */
  @Test
  void makesOneProductHoweverManyAskUnderOneKey() {
    String body = "{\"name\":\"made once\",\"price\":1,\"stock\":1}";
    List<Answer> answers =
        Shopper.atOnce(20, i -> admin.sending(HttpMethod.POST, "/admin/products", "p", body));

    assertThat(Shopper.outcomes(answers)).isEqualTo(Map.of("201", 20L));
    assertThat(answers).filteredOn(Answer::isReplayed).hasSize(19);
    assertThat(answers).extracting(a -> a.body().path("id").asLong()).containsOnly(id(answers));
    assertThat(audited()).isEqualTo(1);
  }

  private static long id(List<Answer> answers) {
    return answers.get(0).body().path("id").asLong();
  }

  @Test
  void suppliesOnceWhenTheConnectionIsCutBeforeTheAnswerAndTheRequestRepeated() throws IOException {
    Stranger<?> psql =
        Stranger.locks(
            database, "SELECT quantity FROM stock WHERE product_id = $1 FOR UPDATE", product);
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setSoLinger(true, 0);
      client.getOutputStream().write(request("cut", supply(500)));
      client.getOutputStream().flush();
      await().atMost(SOON).until(() -> waiting() > 0);
    }
    psql.goes();

    await().atMost(SOON).until(() -> audited() == 1);
    Answer repeated = admin.send(HttpMethod.POST, ADJUST, "cut", supply(500));
    assertThat(repeated.outcome()).isEqualTo("200");
    assertThat(repeated.isReplayed()).isTrue();
    assertThat(repeated.body().at("/items/0/stock").asLong()).isEqualTo(510);
    assertThat(stock()).isEqualTo(510);
    assertThat(adjustments()).isEqualTo(1);
  }

  /** Statements that wait for a lock of somebody else's. */
  private long waiting() {
    return sql.number(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%quantity, fence FROM stock%'
        """);
  }

  private byte[] request(String key, String body) {
    return """
    POST /api/v1/admin/stock-adjustments HTTP/1.1\r
    Host: localhost\r
    Authorization: Bearer %s\r
    Idempotency-Key: %s\r
    Content-Type: application/json\r
    Content-Length: %s\r
    \r
    %s"""
        .formatted(tokens.admin(actor), key, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void keepsNothingOfARefusal() {
    assertThat(admin.send(HttpMethod.POST, ADJUST, "k", supply(-11)).outcome())
        .isEqualTo("409 INSUFFICIENT_STOCK");
    assertThat(keptKeys("k")).isZero();
    assertThat(audited()).isZero();

    admin.send(HttpMethod.POST, ADJUST, "more", supply(1));
    Answer again = admin.send(HttpMethod.POST, ADJUST, "k", supply(-11));
    assertThat(again.outcome()).isEqualTo("200");
    assertThat(again.isReplayed()).isFalse();
    assertThat(keptKeys("k")).isEqualTo(1);
    assertThat(stock()).isZero();
  }

  @Test
  void notesNoChangeOfNothingAndAnswersItAgain() {
    String path = "/admin/products/" + product;
    Answer first = admin.send(HttpMethod.PATCH, path, "same", "{\"price\":1000}");
    assertThat(first.headers().getETag()).isEqualTo("\"1\"");
    assertThat(admin.send(HttpMethod.PATCH, path, "same", "{\"price\":1000}").isReplayed())
        .isTrue();
    assertThat(audited()).isZero();
  }

  @Test
  void saysWhoWhenWhatAndWhy() {
    Answer changed = admin.send(HttpMethod.PATCH, "/admin/products/" + product, "{\"price\":900}");
    Answer supplied = admin.send(HttpMethod.POST, ADJUST, "k", supply(5));
    List<JsonNode> rows = audit("subject=product:" + product);

    assertThat(rows).hasSize(2).allMatch(row -> row.path("actor").asString().equals(actor));
    assertThat(rows.get(0).path("action").asString()).isEqualTo("stock.adjust");
    assertThat(rows.get(0).path("before").toString()).isEqualTo("{\"stock\":10}");
    assertThat(rows.get(0).path("after").toString()).isEqualTo("{\"stock\":15}");
    assertThat(rows.get(0).path("reason").asString()).isEqualTo("delivery 12");
    assertThat(rows.get(0).path("traceId").asString()).isEqualTo(traceId(supplied));
    assertThat(rows.get(1).path("action").asString()).isEqualTo("product.change");
    assertThat(rows.get(1).at("/before/price").asLong()).isEqualTo(1000);
    assertThat(rows.get(1).at("/after/price").asLong()).isEqualTo(900);
    assertThat(rows.get(1).path("reason").isNull()).isTrue();
    assertThat(rows.get(1).path("traceId").asString()).isEqualTo(traceId(changed));
    assertThat(
            sql.number(
                """
                SELECT count(*) FROM audit
                WHERE actor = $1 AND at BETWEEN now() - interval '1 minute' AND now()
                """,
                actor))
        .isEqualTo(2);
  }

  private static String traceId(Answer answer) {
    return requireNonNull(answer.headers().getFirst("X-Trace-Id"));
  }

  @Test
  void findsBySubjectAndActorPageByPage() {
    for (int i = 0; i < 5; i++) {
      admin.send(HttpMethod.POST, ADJUST, "k" + i, supply(1));
    }
    long other = sql.product(1, 1);
    admin.send(HttpMethod.PATCH, "/admin/products/" + other, "{\"price\":2}");
    String third = UUID.randomUUID().toString();
    new Shopper(third, tokens.admin(third), List.of(port))
        .send(HttpMethod.PATCH, "/admin/products/" + other, "{\"price\":3}");

    assertThat(audit("actor=" + actor + "&subject=product:" + product)).hasSize(5);
    assertThat(audit("actor=" + actor)).hasSize(6);
    assertThat(audit("subject=product:" + other)).hasSize(2);
    assertThat(audit("actor=" + third)).hasSize(1);
    assertThat(audit("actor=nobody")).isEmpty();
    assertThat(admin.get("/admin/audit?actor=" + "x".repeat(65)).outcome())
        .isEqualTo("400 INVALID_REQUEST");
    assertThat(admin.get("/admin/audit?cursor=x").outcome()).isEqualTo("400 INVALID_REQUEST");
  }

  @Test
  void neverHasTheSeedOfALine() {
    String body =
        "{\"name\":\"%s\",\"productIds\":[%s],\"opensAt\":\"2999-01-01T00:00:00Z\",\"line\":{\"ratePerSecond\":5}}"
            .formatted(actor, product);
    Answer made = admin.send(HttpMethod.POST, "/admin/drops", "made", body);
    long drop = made.body().path("id").asLong();
    String faster = "{\"line\":{\"ratePerSecond\":7}}";
    Answer changed = admin.send(HttpMethod.PATCH, "/admin/drops/" + drop, "faster", faster);
    assertThat(changed.headers().getETag()).isEqualTo("\"2\"");

    String seed =
        sql.column("SELECT encode(seed, 'hex') FROM drop_lines WHERE drop_id = $1", drop).get(0);
    assertThat(sql.column("SELECT audit::text FROM audit WHERE actor = $1", actor))
        .hasSize(2)
        .allMatch(row -> row.contains("ratePerSecond"))
        .noneMatch(row -> row.contains(seed));
    assertThat(
            sql.column(
                "SELECT body::text FROM admin_requests WHERE body->>'name' = $1 ORDER BY created_at",
                actor))
        .hasSize(2)
        .noneMatch(answer -> answer.contains(seed));
  }

  /** Every row that fits, two at a time. */
  private List<JsonNode> audit(String filter) {
    List<JsonNode> rows = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = admin.get("/admin/audit?limit=2&" + filter + "&cursor=" + cursor).body();
      page.path("items").forEach(rows::add);
      cursor = page.path("nextCursor").asString("");
    } while (!cursor.isEmpty());
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE audit SET reason = reason WHERE false",
        "DELETE FROM audit WHERE id = 1",
        "TRUNCATE audit",
      })
  void isNeverChanged(String statement) {
    for (String role : List.of("origin", "replica")) {
      assertThatThrownBy(() -> as(role, statement).block(SOON))
          .hasMessageContaining("audit is append-only");
    }
  }

  /** A session that replicates fires no ordinary trigger. */
  private Mono<Long> as(String role, String statement) {
    return database.transaction(
        session ->
            session
                .update("SET LOCAL session_replication_role = " + role)
                .then(Mono.defer(() -> session.update(statement))));
  }
}
