package dev.firstcome.engine.lock;

import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** Where it is heard whose turn has come. What it says may be late or lost. */
@FunctionalInterface
public interface LockNotifications {

  /**
   * Listens from the first subscription on until the shop ends, however many there are.
   *
   * @param heard each message
   * @param again called whenever it begins to hear, also after an interruption: what was said
   *     before then is lost
   */
  Mono<Void> listen(String channel, Consumer<String> heard, Runnable again);
}
