package dev.firstcome.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** What goes wrong on purpose, a hundred times a second, is not logged. */
final class Quietly implements BeforeAllCallback, AfterAllCallback {

  /** Reactor speaks of failures that nobody waits for any longer: of clients that gave up. */
  private static final List<String> LOUD =
      List.of("dev.firstcome", "reactor.core.publisher.Operators");

  private final Map<Logger, Level> levels = new HashMap<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    for (String name : LOUD) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      levels.put(logger, logger.getLevel());
      logger.setLevel(Level.OFF);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    levels.forEach(Logger::setLevel);
  }
}
