package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

class WelcomeTest {

  @Test
  void saysWhereTheShopIsAndHowLongItTook() {
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      Map<String, Object> port = Map.of("local.server.port", 8081);
      context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("a port", port));
      context.refresh();
      assertThat(Welcome.of(context))
          .containsPattern("Firstcome is open, ready in \\d+ s: http://localhost:8081\n")
          .contains("from the issuer that is configured");
    }
  }
}
