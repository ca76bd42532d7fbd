package dev.firstcome.http.dispatch;

import dev.firstcome.harness.Patience;
import dev.firstcome.http.security.TestTokens;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/** Starts the {@link House} on a real server, once for all tests that are marked with it. */
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
    classes = House.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "firstcome.security.jwt-secret=" + TestTokens.SECRET,
      "firstcome.limits.writes-per-second=1",
      "firstcome.limits.writes-burst=40",
    })
@ContextConfiguration(initializers = HouseTest.Deadlines.class)
public @interface HouseTest {

  /** As short as a test can wait for, and as long as a slow machine needs for what is in time. */
  final class Deadlines implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
      TestPropertyValues.of(
              "firstcome.web.head-timeout=" + Patience.of(Duration.ofMillis(700)),
              "firstcome.web.body-timeout=" + Patience.of(Duration.ofMillis(700)),
              "firstcome.web.request-timeout=" + Patience.of(Duration.ofMillis(1500)))
          .applyTo(context);
    }
  }
}
