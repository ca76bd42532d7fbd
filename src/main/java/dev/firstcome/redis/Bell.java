package dev.firstcome.redis;

import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** Where it is heard whose turn has come. What it says may be late or lost. */
@FunctionalInterface
interface Bell {

  /**
   * Listens from the first subscription on until the shop ends, however many there are.
   *
   * @param heard each message
   * @param again called whenever it begins to hear, also after an interruption: what was said
   *     before then is lost
   */
  Mono<Void> listen(String channel, Consumer<String> heard, Runnable again);
}
