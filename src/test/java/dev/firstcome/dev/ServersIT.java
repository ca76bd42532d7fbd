package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import io.lettuce.core.api.async.RedisServerAsyncCommands;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.test.StepVerifier;

@ShopTest
class ServersIT {

  @Test
  void theShopRunsOnARealPostgresAndARealRedis(
      @Autowired WebTestClient client, @Autowired Database database, @Autowired Redis redis) {
    client.get().uri("/actuator/health").exchange().expectStatus().isOk();
    database
        .list("select current_setting('max_connections')", row -> row.get(0, String.class))
        .as(StepVerifier::create)
        .assertNext(rows -> assertThat(rows).containsExactly("600"))
        .verifyComplete();
    redis
        .call(commands -> ((RedisServerAsyncCommands<String, String>) commands).info("server"))
        .as(StepVerifier::create)
        .assertNext(info -> assertThat(info).contains("redis_version:"))
        .verifyComplete();
  }

  @Test
  void everyContextOfTheJvmGetsTheSameServers() {
    assertThat(Servers.forTests(new MockEnvironment()))
        .hasSize(4)
        .isEqualTo(Servers.forTests(new MockEnvironment()));
  }

  @Test
  void whatIsConfiguredIsLeftAlone() {
    MockEnvironment environment =
        new MockEnvironment()
            .withProperty("spring.r2dbc.url", "r2dbc:postgresql://db.example/shop")
            .withProperty("spring.data.redis.cluster.nodes", "a:6379,b:6379");
    assertThat(Servers.forTests(environment)).isEmpty();
  }

  @Test
  void eitherServerMayBeConfiguredAlone() {
    MockEnvironment environment =
        new MockEnvironment().withProperty("spring.data.redis.host", "redis.example");
    assertThat(Servers.forTests(environment))
        .containsOnlyKeys("spring.r2dbc.url", "spring.r2dbc.username", "spring.r2dbc.password");
  }

  @Test
  void aSourceThatDoesNotExistIsRefused() {
    MockEnvironment environment = new MockEnvironment().withProperty("firstcome.servers", "cloud");
    assertThatThrownBy(() -> Servers.source(environment, Servers.Source.AUTO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CLOUD");
  }
}
