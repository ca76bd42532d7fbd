package dev.firstcome.engine.lock;

import dev.firstcome.engine.lock.NotLocked.Why;
import dev.firstcome.infra.observe.Timers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How long names are waited for and held, and how often they are not had. */
final class LockMeters {

  private final Timer waited;
  private final Timer held;
  private final Counter lost;
  private final Map<Why, Counter> refused = new EnumMap<>(Why.class);

  LockMeters(MeterRegistry meters) {
    this.waited = Timers.timer(meters, "firstcome.locks.waited", "from asking to holding");
    this.held = Timers.timer(meters, "firstcome.locks.held", "from holding to the work's end");
    this.lost =
        Counter.builder("firstcome.locks.lost")
            .description("leases that ended before their work")
            .register(meters);
    for (Why why : Why.values()) {
      Counter counter =
          Counter.builder("firstcome.locks.refused")
              .description("work that did not get its lock")
              .tag("why", why.name().toLowerCase(Locale.ROOT))
              .register(meters);
      refused.put(why, counter);
    }
  }

  void waited(long nanos) {
    waited.record(nanos, TimeUnit.NANOSECONDS);
  }

  void held(long nanos) {
    held.record(nanos, TimeUnit.NANOSECONDS);
  }

  void lost() {
    lost.increment();
  }

  void refused(Why why) {
    Counter counter = refused.get(why);
    if (counter != null) {
      counter.increment();
    }
  }
}
