package dev.firstcome.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When an event loop has more to do than it can.
 *
 * @param target how long what comes for a loop may wait for it on average; while it waits longer,
 *     writes that have waited for more than this are refused
 * @param interval over which the average is taken, about
 */
@ConfigurationProperties("firstcome.event-loops")
record EventLoopSettings(
    @DefaultValue("20ms") Duration target, @DefaultValue("1s") Duration interval) {

  EventLoopSettings {
    if (target.toNanos() < 1 || interval.compareTo(target) <= 0) {
      throw new IllegalArgumentException(
          "firstcome.event-loops: target must be positive, and interval longer");
    }
  }
}
