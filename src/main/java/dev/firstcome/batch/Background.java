package dev.firstcome.batch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Runs what no reply waits for: telling the gate how a batch ended, loading it. Such work may be
 * lost at any moment without harm, because a sweep or the next request makes up for it.
 */
@Component
public class Background {

  private static final Logger log = LoggerFactory.getLogger(Background.class);

  /** Pieces of work in flight; above it new ones are dropped, as a crash would drop them. */
  private static final int LIMIT = 1024;

  private final Semaphore places = new Semaphore(LIMIT);
  private final Counter dropped;

  Background(MeterRegistry meters) {
    this.dropped =
        Counter.builder("firstcome.background.dropped")
            .description("pieces of background work that found no place")
            .register(meters);
    Gauge.builder("firstcome.background.in.flight", places, p -> LIMIT - p.availablePermits())
        .register(meters);
  }

  /**
   * Starts the work, or drops it when there is too much already. Its failure is logged.
   *
   * @return whether it was started: if not, nothing of it was subscribed to
   */
  public boolean start(String what, Mono<?> work) {
    if (!places.tryAcquire()) {
      dropped.increment();
      log.warn("{}: dropped, {} pieces of work are in flight", what, LIMIT);
      return false;
    }
    work.doFinally(end -> places.release())
        .subscribe(done -> {}, failure -> log.warn("{}: {}", what, failure.toString()));
    return true;
  }
}
