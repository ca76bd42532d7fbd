package dev.firstcome.infra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerCheckTest {

  private static final Map<String, Long> SERVER =
      Map.of(
          "max_connections", 100L,
          "superuser_reserved_connections", 3L,
          "reserved_connections", 7L,
          "statement_timeout", 5000L,
          "lock_timeout", 3000L,
          "idle_in_transaction_session_timeout", 10_000L);

  @Test
  void countsTheConnectionsThatAreLeftForTheShop() {
    assertThat(warnings(SERVER, 3, 30)).isEmpty();
    assertThat(warnings(SERVER, 3, 31))
        .singleElement()
        .asString()
        .startsWith("3 instances may open 31 connections each, and PostgreSQL has 90: ");
  }

  @Test
  void noticesAPoolerThatDropsTheLimits() {
    Map<String, Long> dropped = new HashMap<>(SERVER);
    dropped.put("lock_timeout", 0L);
    assertThat(warnings(dropped, 1, 40))
        .singleElement()
        .asString()
        .endsWith("ALTER ROLE … SET lock_timeout = '3000ms'");
  }

  @Test
  void isContentWithShorterLimits() {
    Map<String, Long> shorter = new HashMap<>(SERVER);
    shorter.put("statement_timeout", 4000L);
    assertThat(warnings(shorter, 1, 40)).isEmpty();
  }

  private static List<String> warnings(Map<String, Long> server, int instances, int pool) {
    return ServerCheck.warnings(
        server,
        new DatabaseSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Duration.ofSeconds(6),
            4096,
            instances,
            null,
            Duration.ofSeconds(1)),
        pool);
  }
}
