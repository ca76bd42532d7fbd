package dev.firstcome.dev;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;

/** The servers as for every other test, but each at the other end of a {@link Cable}. */
public final class Cables {

  private Cables() {}

  /** To be called by a {@code @DynamicPropertySource}. */
  public static Cable toPostgres(DynamicPropertyRegistry registry) {
    return lay(
        registry, "spring.r2dbc.url", "r2dbc:", "spring.r2dbc.username", "spring.r2dbc.password");
  }

  /** To be called by a {@code @DynamicPropertySource}. */
  public static Cable toRedis(DynamicPropertyRegistry registry) {
    return lay(registry, "spring.data.redis.url", "");
  }

  private static Cable lay(
      DynamicPropertyRegistry registry, String address, String scheme, String... others) {
    StandardEnvironment environment = new StandardEnvironment();
    Map<String, Object> servers = Servers.forTests(environment);
    String url = String.valueOf(servers.getOrDefault(address, environment.getProperty(address)));
    URI server = URI.create(url.substring(scheme.length()));
    Cable cable = new Cable(server.getHost(), server.getPort());
    String led =
        url.replace(server.getHost() + ":" + server.getPort(), "127.0.0.1:" + cable.port());
    registry.add(address, () -> led);
    for (String other : List.of(others)) {
      Object value = servers.getOrDefault(other, environment.getProperty(other));
      if (value != null) {
        registry.add(other, () -> value);
      }
    }
    return cable;
  }
}
