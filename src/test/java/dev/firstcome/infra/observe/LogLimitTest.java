package dev.firstcome.infra.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogLimitTest {

  private final AtomicLong nanos = new AtomicLong();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = new LoggerContext().getLogger("test");
  private final LogLimit limit = new LogLimit(log, nanos::get);

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
  }

  @Test
  void tellsOnceASecondAndHowManyItKeptQuiet() {
    for (int i = 0; i < 100; i++) {
      limit.warn("batch {} failed", i);
    }
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    limit.warn("batch {} failed", 100);

    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("batch 0 failed", "batch 100 failed (and 99 more since the last line)");
  }
}
