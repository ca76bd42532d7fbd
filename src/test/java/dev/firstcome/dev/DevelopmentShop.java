package dev.firstcome.dev;

import dev.firstcome.Firstcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The shop with everything that it needs: {@code ./mvnw spring-boot:test-run}. Runs the very main
 * method of production, with servers, demo data and tokens beside it.
 */
public final class DevelopmentShop {

  static final String SECRET = "firstcome.security.jwt-secret";

  private static final String ISSUERS = "spring.security.oauth2.resourceserver.jwt.";

  private DevelopmentShop() {}

  public static void main(String[] args) {
    if (Boolean.getBoolean("firstcome.parent-is-maven")) {
      ProcessHandle.current().parent().ifPresent(DevelopmentShop::endWith);
    }
    SpringApplication.withHook(DevelopmentShop::prepare, () -> Firstcome.main(args));
  }

  /** Maven that is killed takes no child along: the shop would keep its port and its servers. */
  private static void endWith(ProcessHandle parent) {
    Thread watch =
        new Thread(
            () -> {
              parent.onExit().join();
              System.err.println("Maven has ended, and so does the shop.");
              System.exit(0);
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static SpringApplicationRunListener prepare(SpringApplication application) {
    application.addPrimarySources(Set.of(DevelopmentConfiguration.class));
    application.addInitializers(DevelopmentShop::configure);
    ApplicationListener<ApplicationReadyEvent> ready =
        event -> System.out.println(Welcome.of(event.getApplicationContext()));
    application.addListeners(ready);
    return new SpringApplicationRunListener() {};
  }

  /** Comes last in the order of precedence: whatever is configured anywhere wins. */
  private static void configure(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    endIfTaken(environment.getProperty("server.port", Integer.class, 8080));
    System.out.println("Firstcome: PostgreSQL and Redis ...");
    Map<String, Object> defaults = new LinkedHashMap<>(Servers.forDevelopment(environment));
    System.out.println("Firstcome: PostgreSQL and Redis are there, now the shop and its data ...");
    defaults.put("firstcome.events.allow-private", "true");
    defaults.put("firstcome.page.enabled", "true");
    defaults.put("firstcome.page.demo", "true");
    if (!verifiesTokens(environment)) {
      defaults.put(SECRET, Tokens.randomSecret());
    }
    environment.getPropertySources().addLast(new MapPropertySource("development", defaults));
  }

  /** Before the servers, the migrations and the demo, which take a while. */
  private static void endIfTaken(int port) {
    if (FreePort.isTaken(port)) {
      System.err.println(taken(port));
      System.exit(1);
    }
  }

  static String taken(int port) {
    return "Port %s is taken, or not allowed. Start the shop on another: SERVER_PORT=%s ./mvnw spring-boot:test-run"
        .formatted(port, port + 1);
  }

  private static boolean verifiesTokens(ConfigurableEnvironment environment) {
    return Stream.of(
            SECRET,
            ISSUERS + "issuer-uri",
            ISSUERS + "jwk-set-uri",
            ISSUERS + "public-key-location")
        .anyMatch(environment::containsProperty);
  }
}
