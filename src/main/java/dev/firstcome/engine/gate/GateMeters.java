package dev.firstcome.engine.gate;

import dev.firstcome.infra.observe.Timers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * What a gate says, and how long it takes over a batch.
 *
 * @param <W> the gate's words
 */
public final class GateMeters<W extends Enum<W>> {

  private final Timer admissions;
  private final Map<W, Counter> verdicts;
  private final Counter notAsked;

  /**
   * @param gate {@code stock} or {@code coupon}
   */
  public GateMeters(String gate, Class<W> words, MeterRegistry meters) {
    this.admissions =
        Timers.timer(
            meters, "firstcome.gate.duration", "one question to Redis, a batch's", "gate", gate);
    this.verdicts = new EnumMap<>(words);
    for (W word : words.getEnumConstants()) {
      verdicts.put(word, counter(gate, word.name().toLowerCase(Locale.ROOT), meters));
    }
    this.notAsked = counter(gate, "not_asked", meters);
  }

  private static Counter counter(String gate, String verdict, MeterRegistry meters) {
    return Counter.builder("firstcome.gate.verdicts")
        .description("commands by what the gate said; not_asked: Redis did not answer")
        .tags("gate", gate, "verdict", verdict)
        .register(meters);
  }

  /**
   * The same question, timed and counted: once for each batch, whatever its size.
   *
   * @param commands asked about, all of which pass unasked if the question fails
   */
  public <A> Mono<List<A>> over(Mono<List<A>> question, Function<A, W> word, int commands) {
    return Timers.over(admissions, question)
        .doOnNext(answers -> answers.forEach(answer -> count(word.apply(answer))))
        .doOnError(away -> notAsked.increment(commands));
  }

  private void count(W word) {
    Counter counter = verdicts.get(word);
    if (counter != null) {
      counter.increment();
    }
  }
}
