package dev.firstcome.infra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.lettuce.core.RedisURI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RedisSettingsTest {

  private static RedisSettings bind(Map<String, String> properties) {
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("spring.data.redis", RedisSettings.class);
  }

  private static void refuses(Map<String, String> properties, String because) {
    assertThatThrownBy(() -> bind(properties).clusterUris()).hasStackTraceContaining(because);
  }

  @Test
  void takesTheUrlBeforeTheSingleMembers() {
    Map<String, String> both =
        Map.of("spring.data.redis.url", "redis://cache:7000", "spring.data.redis.host", "other");

    assertThat(bind(both).uri().getHost()).isEqualTo("cache");
    assertThat(bind(both).uri().getPort()).isEqualTo(7000);
    assertThat(bind(both).cluster()).isNull();
  }

  @Test
  void givesEveryNodeOfAClusterTheUrlsCredentialsAndTls() {
    RedisSettings settings =
        bind(
            Map.of(
                "spring.data.redis.url", "rediss://shop:secret@any",
                "spring.data.redis.connect-timeout", "3s",
                "spring.data.redis.cluster.nodes", "a:7000,[::1]:7001"));

    assertThat(settings.clusterUris())
        .extracting(RedisURI::getHost, RedisURI::getPort, RedisURI::isSsl)
        .containsExactly(tuple("a", 7000, true), tuple("::1", 7001, true));
    assertThat(settings.clusterUris())
        .allSatisfy(uri -> assertThat(uri.getTimeout()).hasSeconds(3))
        .allSatisfy(
            uri ->
                assertThat(uri.getCredentialsProvider().resolveCredentials().block())
                    .satisfies(c -> assertThat(c.getUsername()).isEqualTo("shop")));
  }

  @Test
  void asksTheSentinelsForTheirMaster() {
    RedisURI uri =
        bind(Map.of(
                "spring.data.redis.password", "secret",
                "spring.data.redis.database", "2",
                "spring.data.redis.sentinel.master", "drop",
                "spring.data.redis.sentinel.nodes", "a:26379,b:26379"))
            .uri();

    assertThat(uri.getSentinelMasterId()).isEqualTo("drop");
    assertThat(uri.getDatabase()).isEqualTo(2);
    assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("a", "b");
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    String nodes = "spring.data.redis.cluster.nodes";
    refuses(Map.of(nodes, "a"), "host:port");
    refuses(Map.of(nodes, "a:1", "spring.data.redis.database", "1"), "only 0");
    refuses(Map.of("spring.data.redis.cluster.max-redirects", "3"), "nodes is necessary");
    refuses(Map.of(nodes, "a:1", "spring.data.redis.cluster.max-redirects", "0"), "1 to 16");
    refuses(Map.of("spring.data.redis.sentinel.nodes", "a:1"), "go together");
    refuses(
        Map.of(
            nodes,
            "a:1",
            "spring.data.redis.sentinel.nodes",
            "a:1",
            "spring.data.redis.sentinel.master",
            "m"),
        "exclude each other");
  }

  @Test
  void saysNoPassword() {
    assertThat(
            bind(Map.of(
                    "spring.data.redis.url", "redis://u:secret@a",
                    "spring.data.redis.sentinel.nodes", "a:1",
                    "spring.data.redis.sentinel.master", "m",
                    "spring.data.redis.sentinel.password", "secret"))
                .sentinel())
        .asString()
        .doesNotContain("secret");
  }
}
