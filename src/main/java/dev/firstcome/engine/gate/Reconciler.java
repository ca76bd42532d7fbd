package dev.firstcome.engine.gate;

import dev.firstcome.engine.gate.DriftPage.Compared;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Goes through one gate, look by look, and keeps what it has seen. One step at a time; but a step
 * that its loop has given up may still come to its end beside the next one.
 */
final class Reconciler {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

  private static final String NAME = "firstcome.consistency.";

  private final String name;
  private final Gate<?, ?> gate;
  private final int batch;
  private final LongSupplier nanos;
  private final DriftHistory doubts;
  private final Counter compared;
  private final Counter inconclusive;
  private final Counter loosened;
  private final Counter tightened;
  private String cursor = DriftPage.START;
  private DriftReport pass = new DriftReport();
  private volatile DriftReport last = new DriftReport();

  /**
   * @param patience how long a difference must have lasted to be one
   * @param nanos a clock that never goes back
   */
  Reconciler(
      Gate<?, ?> gate, int batch, Duration patience, LongSupplier nanos, MeterRegistry meters) {
    this.name = gate.name();
    this.gate = gate;
    this.batch = batch;
    this.nanos = nanos;
    this.doubts = new DriftHistory(patience);
    this.compared = meters.counter(NAME + "compared", "gate", name);
    this.inconclusive = meters.counter(NAME + "inconclusive", "gate", name);
    this.loosened = meters.counter(NAME + "repaired", "gate", name, "direction", "strict");
    this.tightened = meters.counter(NAME + "repaired", "gate", name, "direction", "generous");
    drift("generous", walk -> walk.last.generous(), meters);
    drift("strict", walk -> walk.last.strict(), meters);
  }

  private void drift(String direction, ToDoubleFunction<Reconciler> sum, MeterRegistry meters) {
    Gauge.builder(NAME + "drift", this, sum)
        .description("units or coupons by which the gate differed, when all was compared last")
        .tag("gate", name)
        .tag("direction", direction)
        .register(meters);
  }

  String name() {
    return name;
  }

  synchronized void begin() {
    cursor = DriftPage.START;
    pass = new DriftReport();
    doubts.forgetStale(nanos.getAsLong());
  }

  /** Emits whether this was the last step. */
  Mono<Boolean> step() {
    return gate.look(cursor(), batch, doubts.lasting(nanos.getAsLong())).map(this::take);
  }

  private synchronized String cursor() {
    return cursor;
  }

  private synchronized boolean take(DriftPage look) {
    long now = nanos.getAsLong();
    compared.increment(look.compared().size());
    inconclusive.increment(look.inconclusive());
    for (Compared one : look.compared()) {
      pass.note(one);
      doubts.saw(one, now);
      if (one.repaired()) {
        (one.difference() > 0 ? tightened : loosened).increment();
        log.debug("{} gate repaired: {}", name, one);
      }
    }
    cursor = look.next();
    return cursor.equals(DriftPage.START);
  }

  /** Makes what has been found the latest result, and begins anew. */
  synchronized DriftReport finish() {
    DriftReport whole = pass;
    last = whole;
    begin();
    return whole;
  }
}
