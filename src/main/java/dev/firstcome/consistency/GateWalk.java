package dev.firstcome.consistency;

import dev.firstcome.redis.Look;
import dev.firstcome.redis.Look.Compared;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Goes through one gate, look by look, and keeps what it has seen. One step at a time; but a step
 * that its loop has given up may still come to its end beside the next one.
 */
final class GateWalk {

  private static final Logger log = LoggerFactory.getLogger(GateWalk.class);

  private static final String NAME = "firstcome.consistency.";

  private final String name;
  private final Gate gate;
  private final int batch;
  private final Clock clock;
  private final Doubts doubts;
  private final Counter compared;
  private final Counter inconclusive;
  private final Counter loosened;
  private final Counter tightened;
  private String cursor = Look.START;
  private Pass pass = new Pass();
  private volatile Pass last = new Pass();

  /**
   * @param name {@code stock} or {@code coupon}
   * @param patience how long a difference must have lasted to be one
   */
  GateWalk(
      String name, Gate gate, int batch, Duration patience, Clock clock, MeterRegistry meters) {
    this.name = name;
    this.gate = gate;
    this.batch = batch;
    this.clock = clock;
    this.doubts = new Doubts(patience);
    this.compared = meters.counter(NAME + "compared", "gate", name);
    this.inconclusive = meters.counter(NAME + "inconclusive", "gate", name);
    this.loosened = meters.counter(NAME + "repaired", "gate", name, "direction", "strict");
    this.tightened = meters.counter(NAME + "repaired", "gate", name, "direction", "generous");
    drift("generous", walk -> walk.last.generous(), meters);
    drift("strict", walk -> walk.last.strict(), meters);
  }

  /** A gate that can be looked at. */
  interface Gate {

    /**
     * @param from where the look before this one ended
     * @param limit how much is compared, about
     * @param lasting by id, the part of a difference that has lasted; negative: too strict
     */
    Mono<Look> look(String from, int limit, Map<Long, Long> lasting);
  }

  private void drift(String direction, ToDoubleFunction<GateWalk> sum, MeterRegistry meters) {
    Gauge.builder(NAME + "drift", this, sum)
        .description("units or coupons by which the gate differed, when all was compared last")
        .tag("gate", name)
        .tag("direction", direction)
        .register(meters);
  }

  synchronized void begin() {
    cursor = Look.START;
    pass = new Pass();
    doubts.forgetStale(clock.instant());
  }

  /** Emits whether this was the last step. */
  Mono<Boolean> step() {
    return gate.look(cursor(), batch, doubts.lasting(clock.instant())).map(this::take);
  }

  private synchronized String cursor() {
    return cursor;
  }

  private synchronized boolean take(Look look) {
    Instant now = clock.instant();
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
    return cursor.equals(Look.START);
  }

  /** Makes what has been found the latest result, and begins anew. */
  synchronized Pass finish() {
    Pass whole = pass;
    last = whole;
    begin();
    return whole;
  }
}
