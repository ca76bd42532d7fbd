package dev.firstcome.engine.lock;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * One more connection, because one that listens can do nothing else: opened when somebody first has
 * to wait. Lettuce opens it anew when it is lost, and subscribes again; the client's end closes it.
 */
public final class RedisLockNotifications implements LockNotifications {

  private static final Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);

  /** A Redis that refuses subscriptions is not asked by every waiter. */
  private static final Duration FAILED = Duration.ofSeconds(1);

  private final Supplier<
          ? extends CompletionStage<? extends StatefulRedisPubSubConnection<String, String>>>
      connect;

  /**
   * @param connect opens a connection for listening, of a client that subscribes again by itself
   */
  public RedisLockNotifications(
      Supplier<? extends CompletionStage<? extends StatefulRedisPubSubConnection<String, String>>>
          connect) {
    this.connect = connect;
  }

  @Override
  public Mono<Void> listen(String channel, Consumer<String> heard, Runnable again) {
    return Mono.fromCompletionStage(connect)
        .flatMap(open -> subscribe(open, channel, heard, again))
        .cache(open -> FOR_EVER, failure -> FAILED, () -> Duration.ZERO)
        .then();
  }

  private static Mono<StatefulRedisPubSubConnection<String, String>> subscribe(
      StatefulRedisPubSubConnection<String, String> open,
      String channel,
      Consumer<String> heard,
      Runnable again) {
    open.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String from, String message) {
            heard.accept(message);
          }

          @Override
          public void subscribed(String to, long count) {
            again.run();
          }
        });
    return Mono.fromCompletionStage(() -> open.async().subscribe(channel))
        .thenReturn(open)
        // Or each attempt would leave a connection behind.
        .onErrorResume(
            failure -> Mono.fromFuture(open::closeAsync).then(Mono.error(() -> failure)));
  }
}
