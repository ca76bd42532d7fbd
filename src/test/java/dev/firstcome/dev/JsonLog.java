package dev.firstcome.dev;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that is logged while it is open, written as Spring Boot writes it with {@code
 * logging.structured.format.console=ecs}; of the shop's own also what is written at debug.
 */
public final class JsonLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Logger shop = (Logger) LoggerFactory.getLogger("dev.firstcome");
  private final @Nullable Level before = shop.getLevel();
  private final StructuredLogEncoder encoder = new StructuredLogEncoder();
  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

  public JsonLog() {
    LoggerContext logging = root.getLoggerContext();
    if (logging.getObject(Environment.class.getName()) == null) {
      logging.putObject(Environment.class.getName(), new StandardEnvironment());
    }
    encoder.setContext(logging);
    encoder.setFormat("ecs");
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.start();
    setContext(logging);
    start();
    shop.setLevel(Level.DEBUG);
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
  }

  /** Each as it was written; one that is no JSON is an error. */
  public List<JsonNode> lines() {
    return lines.stream().map(line -> JsonMapper.shared().readTree(line)).toList();
  }

  @Override
  public void close() {
    root.detachAppender(this);
    shop.setLevel(before);
    stop();
  }
}
