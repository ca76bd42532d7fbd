package dev.firstcome.http.problem;

import dev.firstcome.refusal.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** How often each refusal was given. All codes are there from the start, so that a rate is too. */
@Component
public class RefusalMeters {

  private final Map<String, Counter> counters;

  RefusalMeters(MeterRegistry meters) {
    this.counters =
        Messages.codes()
            .collect(Collectors.toUnmodifiableMap(Function.identity(), c -> counter(c, meters)));
  }

  private static Counter counter(String code, MeterRegistry meters) {
    return Counter.builder("firstcome.refusals")
        .description("problem documents by their code")
        .tag("code", code)
        .register(meters);
  }

  public void count(Refusal refusal) {
    Counter counter = counters.get(refusal.name());
    if (counter != null) {
      counter.increment();
    }
  }
}
