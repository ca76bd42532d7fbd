package dev.firstcome.dev;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/**
 * At the end of a JVM that has started many shops they leave at once. Spring would close one after
 * the other, and each takes the two seconds that a shop takes to leave.
 */
final class ClosedTogether
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  private static final Set<ConfigurableApplicationContext> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ClosedTogether::closeAll, "closed-together"));
  }

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    OPEN.add(context);
    context.addApplicationListener(
        event -> {
          if (event instanceof ContextClosedEvent closed) {
            OPEN.remove(closed.getApplicationContext());
          }
        });
  }

  /** Spring's own hook runs beside this one, and waits for those that are being closed. */
  private static void closeAll() {
    OPEN.forEach(context -> new Thread(context::close, "closes a shop").start());
  }
}
