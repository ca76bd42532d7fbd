package dev.firstcome.dev;

import dev.firstcome.Firstcome;
import dev.firstcome.harness.Patience;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfiguration;

/**
 * The whole shop on a random port with real servers, for an {@code *IT}. To be autowired: {@code
 * WebTestClient}, {@link Tokens}, and every bean of the shop.
 *
 * <p>All tests that add nothing to this annotation share one shop and one database: each makes its
 * own users and products and asserts on those only. What the shop answers meanwhile must be in its
 * document ({@link OnlyDocumentedAnswers}). A test that adds properties or beans starts a shop of
 * its own, which takes seconds, on the same servers.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@SpringBootTest(classes = Firstcome.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureWebTestClient(timeout = "120s")
@ExtendWith(OnlyDocumentedAnswers.class)
@ContextConfiguration(initializers = ShopTest.WithServers.class)
public @interface ShopTest {

  /** Gives a context the servers of this JVM, and the secret of its tokens. */
  final class WithServers implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String SECRET = Tokens.randomSecret();

    @Override
    public void initialize(ConfigurableApplicationContext context) {
      Map<String, Object> properties = new HashMap<>(Servers.forTests(context.getEnvironment()));
      properties.put(DevelopmentShop.SECRET, SECRET);
      // Races list what may come of them, and a machine that is slow today is not to add to it.
      properties.put("firstcome.lanes.target", "900ms");
      properties.put("firstcome.web.max-concurrent-writes", "100000");
      properties.put("spring.r2dbc.pool.max-acquire-time", Patience.of(Duration.ofSeconds(3)));
      properties.put(
          "spring.lifecycle.timeout-per-shutdown-phase", Patience.of(Duration.ofSeconds(20)));
      // Many tests let one user order much; what limits that has a shop of its own.
      if (!context.getEnvironment().containsProperty("firstcome.order.max-pending")) {
        properties.put("firstcome.order.max-pending", "0");
      }
      properties.put("firstcome.page.enabled", "true");
      context
          .getEnvironment()
          .getPropertySources()
          .addFirst(new MapPropertySource("shop test", properties));
      context
          .getEnvironment()
          .getPropertySources()
          // Unless a test says otherwise.
          .addLast(new MapPropertySource("on this machine", slowly()));
      context.getBeanFactory().registerSingleton("tokenMint", new Tokens(SECRET));
      context.getBeanFactory().registerSingleton("answerNotes", new AnswerNotes());
    }

    /** The time limits that a shop ships with, for a machine that may be slow. */
    private static Map<String, Object> slowly() {
      return Map.of(
          "spring.data.redis.timeout", Patience.of(Duration.ofMillis(500)),
          "firstcome.locks.lease", Patience.of(Duration.ofSeconds(3)),
          "firstcome.locks.patience", Patience.of(Duration.ofSeconds(6)),
          "firstcome.lanes.patience", Patience.of(Duration.ofSeconds(5)),
          "firstcome.lanes.deadline", Patience.of(Duration.ofMillis(3500)),
          "firstcome.web.request-timeout", Patience.of(Duration.ofSeconds(10)));
    }
  }
}
