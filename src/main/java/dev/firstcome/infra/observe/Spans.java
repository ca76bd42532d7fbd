package dev.firstcome.infra.observe;

import java.util.function.IntFunction;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** Makes work visible in traces. Without tracing nothing is made and nothing looked at. */
public interface Spans {

  Spans NONE =
      new Spans() {
        @Override
        public <T> Mono<T> batch(
            String lane, int size, IntFunction<ContextView> caller, Mono<T> work) {
          return work;
        }

        @Override
        public <T> Mono<T> redis(String command, Mono<T> call) {
          return call;
        }
      };

  /**
   * The same work under a span of its own, linked to those of all who wait for it.
   *
   * @param size how many wait
   * @param caller the Reactor context of each
   */
  <T> Mono<T> batch(String lane, int size, IntFunction<ContextView> caller, Mono<T> work);

  /** The same call under a span of its own, within its caller's. */
  <T> Mono<T> redis(String command, Mono<T> call);
}
