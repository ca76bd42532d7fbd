package dev.firstcome.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RedisSettingsTest {

  private static RedisSettings bind(Map<String, String> properties) {
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("spring.data.redis", RedisSettings.class);
  }

  @Test
  void takesTheUrlBeforeTheSingleMembers() {
    Map<String, String> both =
        Map.of("spring.data.redis.url", "redis://cache:7000", "spring.data.redis.host", "other");

    assertThat(bind(both).uri().getHost()).isEqualTo("cache");
    assertThat(bind(both).uri().getPort()).isEqualTo(7000);
  }

  @Test
  void refusesAClusterRatherThanConnectingElsewhere() {
    assertThatThrownBy(() -> bind(Map.of("spring.data.redis.cluster.nodes", "a:1,b:2")))
        .rootCause()
        .hasMessageContaining("not supported yet");
  }
}
