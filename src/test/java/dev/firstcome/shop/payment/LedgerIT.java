package dev.firstcome.shop.payment;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.AnswerRules;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The ledger as a stranger's books read it. */
@ShopTest
class LedgerIT {

  /** At a whole second, of which many formats leave the zeros out. */
  private static final String WRITE =
      """
      INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)
      SELECT gen_random_uuid(), $1, 'CHARGE', 1, n, date_trunc('second', now())
      FROM generate_series(1, $2::int) AS n
      """;

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private WebClient client;
  private String user;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    user = "ledger-" + UUID.randomUUID();
    client =
        WebClient.builder()
            .baseUrl("http://localhost:" + port + "/api/v1/admin/exports/ledger")
            .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + tokens.admin("books"))
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(64 << 20))
            .build();
  }

  private String export(String after) {
    return Objects.requireNonNull(
        client
            .get()
            .uri("?after={after}", after)
            .header("Accept", "application/x-ndjson")
            .retrieve()
            .bodyToMono(String.class)
            .defaultIfEmpty("")
            .block(SOON));
  }

  private static List<JsonNode> lines(String text) {
    return text.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
  }

  private static String last(List<JsonNode> lines, String otherwise) {
    return lines.isEmpty() ? otherwise : lines.get(lines.size() - 1).path("position").asString();
  }

  /** Only where all that is there now is told: others' transactions may be under way. */
  private String reachNow() {
    sql.run(WRITE, user, 1);
    String id = sql.column("SELECT id FROM point_entries WHERE user_id = $1", user).get(0);
    String position = "";
    for (int i = 0; i < 600; i++) {
      List<JsonNode> more = lines(export(position));
      position = last(more, position);
      if (more.stream().anyMatch(line -> line.path("id").asString().equals(id))) {
        return position;
      }
      Mono.delay(Duration.ofMillis(50)).block();
    }
    throw new AssertionError("an entry was never told");
  }

  @Test
  void missesNothingAndRepeatsNothingWhileATransactionIsHeldOpen() {
    String position = reachNow();
    Mono<Long> late =
        database.transaction(
            session ->
                session
                    .update(WRITE, user + "-late", 1)
                    .delayUntil(written -> Mono.delay(Duration.ofSeconds(2))));
    Disposable held = late.subscribe();
    Disposable writes =
        Flux.interval(Duration.ofMillis(5))
            .onBackpressureDrop()
            .concatMap(i -> database.update(WRITE, user, 3))
            .subscribe();
    List<JsonNode> told = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      if (held.isDisposed() && i % 40 == 0) {
        writes.dispose();
      }
      List<JsonNode> more = lines(export(position));
      position = last(more, position);
      told.addAll(more);
      if (writes.isDisposed() && held.isDisposed() && isComplete(told)) {
        break;
      }
      Mono.delay(Duration.ofMillis(25)).block();
    }
    List<String> mine =
        told.stream()
            .filter(line -> line.path("userId").asString().startsWith(user))
            .map(line -> line.path("id").asString())
            .toList();
    assertThat(mine).doesNotHaveDuplicates();
    assertThat(mine)
        .containsExactlyInAnyOrderElementsOf(
            sql.column(
                "SELECT id FROM point_entries WHERE user_id = ANY($1) AND balance_after > 0"
                    + " AND id <> (SELECT id FROM point_entries WHERE user_id = $2"
                    + " ORDER BY seq LIMIT 1)",
                new String[] {user, user + "-late"},
                user));
    assertThat(told).anyMatch(line -> line.path("userId").asString().equals(user + "-late"));
  }

  private boolean isComplete(List<JsonNode> told) {
    long all =
        sql.number(
            "SELECT count(*) FROM point_entries WHERE user_id = ANY($1)",
            (Object) new String[] {user, user + "-late"});
    long mine =
        told.stream().filter(line -> line.path("userId").asString().startsWith(user)).count();
    return mine == all - 1;
  }

  @Test
  void tellsManyPagesInOrderAndLeavesNothingBehindForOneWhoLeaves() {
    String position = reachNow();
    sql.run(WRITE, user, 5000);
    for (int i = 0; i < 30; i++) {
      client
          .get()
          .uri("")
          .exchangeToFlux(response -> response.bodyToFlux(String.class))
          .take(1)
          .blockLast(SOON);
    }
    List<JsonNode> told = new ArrayList<>();
    while (told.stream().filter(l -> l.path("userId").asString().equals(user)).count() < 5000) {
      List<JsonNode> more = lines(export(position));
      position = last(more, position);
      told.addAll(more);
    }
    List<Long> places =
        told.stream()
            .map(line -> line.path("position").asString())
            .map(LedgerSql.Position::parse)
            .map(LedgerSql.Position::seq)
            .toList();
    assertThat(places).doesNotHaveDuplicates();
    assertThat(AnswerRules.faultsOfInstants(told.toString())).isEmpty();
    JsonNode one = told.get(0);
    assertThat(one.propertyNames())
        .containsExactlyInAnyOrder(
            "position", "id", "userId", "type", "amount", "orderId", "paymentId", "createdAt");
  }

  @Test
  void refusesAPositionThatIsNoneAndWhoMayNotReadIt() {
    assertThat(status("?after=!", tokens.admin("books"))).isEqualTo(400);
    assertThat(status("", tokens.user("ann"))).isEqualTo(403);
  }

  private int status(String query, String token) {
    HttpStatusCode status =
        WebClient.create("http://localhost:" + port + "/api/v1/admin/exports/ledger" + query)
            .get()
            .header(HttpHeaders.AUTHORIZATION, "Bearer " + token)
            .exchangeToMono(response -> response.releaseBody().thenReturn(response.statusCode()))
            .blockOptional(SOON)
            .orElseThrow();
    return status.value();
  }
}
