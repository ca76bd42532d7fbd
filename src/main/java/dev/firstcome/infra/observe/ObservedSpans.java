package dev.firstcome.infra.observe;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** Spans as observations: work within one finds it in the Reactor context. */
final class ObservedSpans implements Spans {

  private final ObservationRegistry registry;

  ObservedSpans(ObservationRegistry registry) {
    this.registry = registry;
  }

  @Override
  public <T> Mono<T> batch(String lane, int size, IntFunction<ContextView> caller, Mono<T> work) {
    List<Observation> callers =
        IntStream.range(0, size)
            .mapToObj(i -> current(caller.apply(i)))
            .filter(Objects::nonNull)
            .toList();
    return within(nobody -> batch(lane, size, callers), work);
  }

  private Observation batch(String lane, int size, List<Observation> callers) {
    return Observation.createNotStarted(
            "firstcome.span.lane", () -> new BatchSpans.Batch(callers), registry)
        .contextualName("lane " + lane)
        .lowCardinalityKeyValue("lane", lane)
        .highCardinalityKeyValue("size", Integer.toString(size));
  }

  @Override
  public <T> Mono<T> redis(String command, Mono<T> call) {
    return within(
        caller ->
            Observation.createNotStarted("firstcome.span.redis", registry)
                .contextualName("redis " + command)
                .lowCardinalityKeyValue("command", command)
                .parentObservation(caller),
        call);
  }

  private static <T> Mono<T> within(
      Function<@Nullable Observation, Observation> span, Mono<T> work) {
    return Mono.deferContextual(
        context -> {
          Observation open = span.apply(current(context)).start();
          return work.contextWrite(c -> c.put(ObservationThreadLocalAccessor.KEY, open))
              .doOnError(open::error)
              .doFinally(end -> open.stop());
        });
  }

  private static @Nullable Observation current(ContextView context) {
    return context.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
  }
}
