package dev.firstcome.harness;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * What a stream has emitted so far, for a test to wait for on its own thread: a StepVerifier would
 * run what comes in between on whichever thread the last signal came.
 */
public final class Received<T> implements AutoCloseable {

  private final List<T> all = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final Disposable subscription;

  private Received(Flux<T> stream) {
    subscription = stream.subscribe(all::add, end::completeExceptionally, () -> end.complete(null));
  }

  /** Subscribes. */
  public static <T> Received<T> of(Flux<T> stream) {
    return new Received<>(stream);
  }

  /**
   * @param index from 0
   * @return what came as that one, waited for
   */
  public T get(int index) {
    await().atMost(Patience.SOON).until(() -> all.size() > index || end.isDone());
    return all.get(index);
  }

  public List<T> all() {
    return all;
  }

  /** Completed when the stream is, and failed if it has failed. */
  public CompletableFuture<Void> end() {
    return end;
  }

  @Override
  public void close() {
    subscription.dispose();
  }
}
