package dev.firstcome.engine.webhook;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.engine.webhook.Receiver.Answer;
import dev.firstcome.engine.webhook.Receiver.Received;
import dev.firstcome.harness.ShopProcess;
import dev.firstcome.infra.postgres.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  @Autowired private Environment environment;
  @Autowired private Database database;
  @TempDir private Path folder;

  private final Receiver platform = new Receiver();
  private final List<ShopProcess> shops = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    for (ShopProcess shop : shops) {
      shop.close();
    }
    platform.close();
  }

  @Test
  void deliversAfterARestartWhatAKilledShopHasCommitted() throws Exception {
    platform.behave(request -> Answer.NEVER);
    Sql sql = new Sql(database);
    Tokens tokens = new Tokens(environment.getRequiredProperty("firstcome.security.jwt-secret"));
    ShopProcess first = start();
    List<String> payments = new Customer(tokens, first.port()).pay(40, sql.product(100, 100));
    // Some are in flight, some wait for their turn, none has arrived.
    await().atMost(SOON).until(() -> !platform.received().isEmpty());
    first.kill();

    assertThat(
            sql.number(
                "SELECT count(*) FROM outbox WHERE consumer = 'PLATFORM' AND status = 'PENDING'"))
        .isEqualTo(40);
    platform.behave(request -> Answer.OK);
    start();
    await()
        .atMost(SOON)
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

  private ShopProcess start() throws IOException {
    Path log = folder.resolve("shop" + shops.size() + ".log");
    Map<String, String> variables =
        Map.of(
            "FIRSTCOME_EVENTS_URL", platform.url(),
            "FIRSTCOME_EVENTS_SECRET", Receiver.SECRET,
            "FIRSTCOME_EVENTS_ALLOWPRIVATE", "true",
            "FIRSTCOME_EVENTS_CONNECTTIMEOUT", "500ms",
            "FIRSTCOME_EVENTS_RESPONSETIMEOUT", "1s",
            "FIRSTCOME_EVENTS_LEASE", "3s",
            "FIRSTCOME_EVENTS_MINBACKOFF", "500ms");
    shops.add(ShopProcess.start(environment, log, variables));
    return shops.get(shops.size() - 1);
  }
}
