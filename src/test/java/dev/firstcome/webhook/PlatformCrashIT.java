package dev.firstcome.webhook;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.database.Database;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.webhook.Receiver.Answer;
import dev.firstcome.webhook.Receiver.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextConfiguration;

/**
 * Processes that are killed: what they have committed, another one delivers. The shop of this JVM
 * only lends them its database; it has no platform to tell.
 */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class PlatformCrashIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

  @Autowired private Environment environment;
  @Autowired private Database database;
  @TempDir private Path folder;

  private final Receiver platform = new Receiver();
  private final List<Process> shops = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    for (Process shop : shops) {
      shop.destroyForcibly().waitFor();
    }
    platform.close();
  }

  @Test
  void deliversAfterARestartWhatAKilledShopHasCommitted() throws Exception {
    platform.behave(request -> Answer.NEVER);
    Sql sql = new Sql(database);
    Tokens tokens = new Tokens(environment.getRequiredProperty("firstcome.security.jwt-secret"));
    Path log = start();
    List<String> payments = new Customer(tokens, port(log)).pay(40, sql.product(100, 100));
    // Some are in flight, some wait for their turn, none has arrived.
    await().atMost(LIMIT).until(() -> !platform.received().isEmpty());
    shops.get(0).destroyForcibly().waitFor();

    assertThat(
            sql.number(
                "SELECT count(*) FROM outbox WHERE consumer = 'PLATFORM' AND status = 'PENDING'"))
        .isEqualTo(40);
    platform.behave(request -> Answer.OK);
    start();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                sql.number(
                        """
                        SELECT count(*) FROM outbox
                        WHERE consumer = 'PLATFORM' AND status = 'DELIVERED'
                        """)
                    == 40);
    assertThat(platform.received()).allMatch(Received::genuine);
    assertThat(
            platform.received().stream()
                .filter(received -> received.answer().equals(Answer.OK))
                .map(Received::payment))
        .hasSameElementsAs(new HashSet<>(payments));
    Map<String, Set<String>> ids =
        platform.received().stream()
            .collect(groupingBy(Received::payment, mapping(Received::id, toSet())));
    assertThat(ids.values()).allMatch(same -> same.size() == 1);
  }

  private Path start() throws IOException {
    Path log = folder.resolve("shop" + shops.size() + ".log");
    ProcessBuilder shop =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Firstcome.class.getName());
    Map<String, String> variables = shop.environment();
    variables.put("SERVER_PORT", "0");
    copy(variables, "SPRING_R2DBC_URL", "spring.r2dbc.url");
    copy(variables, "SPRING_R2DBC_USERNAME", "spring.r2dbc.username");
    copy(variables, "SPRING_R2DBC_PASSWORD", "spring.r2dbc.password");
    copy(variables, "SPRING_DATA_REDIS_URL", "spring.data.redis.url");
    copy(variables, "FIRSTCOME_SECURITY_JWTSECRET", "firstcome.security.jwt-secret");
    variables.put("FIRSTCOME_EVENTS_URL", platform.url());
    variables.put("FIRSTCOME_EVENTS_SECRET", Receiver.SECRET);
    variables.put("FIRSTCOME_EVENTS_ALLOWPRIVATE", "true");
    variables.put("FIRSTCOME_EVENTS_CONNECTTIMEOUT", "500ms");
    variables.put("FIRSTCOME_EVENTS_RESPONSETIMEOUT", "1s");
    variables.put("FIRSTCOME_EVENTS_LEASE", "3s");
    variables.put("FIRSTCOME_EVENTS_MINBACKOFF", "500ms");
    shops.add(shop.redirectErrorStream(true).redirectOutput(log.toFile()).start());
    return log;
  }

  private void copy(Map<String, String> variables, String variable, String property) {
    variables.put(variable, environment.getRequiredProperty(property));
  }

  private int port(Path log) {
    Matcher found =
        await().atMost(LIMIT).until(() -> PORT.matcher(Files.readString(log)), Matcher::find);
    return Integer.parseInt(found.group(1));
  }
}
