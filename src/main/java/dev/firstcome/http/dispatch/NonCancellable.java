package dev.firstcome.http.dispatch;

import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.infra.observe.TraceId;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.channel.AbortedException;
import reactor.util.context.Context;

/**
 * Keeps work that has begun from being cancelled, by a client that hangs up or by our own deadline:
 * an effect is whole or absent, and cancelling a query wedges its pooled connection
 * (pgjdbc/r2dbc-postgresql #731). The work ends by its own limits; only the waiting ends early.
 */
@Component
class NonCancellable implements DisposableBean {

  private static final Logger log = LoggerFactory.getLogger(NonCancellable.class);

  /** Deadlines are seconds: a coarse wheel is exact enough, and a timeout in it costs nothing. */
  private static final int TICK_MILLIS = 100;

  private static final int WHEEL_SIZE = 512;

  /** Requests in flight at the same time; beyond that the timer refuses, and so do we. */
  private static final int MOST_PENDING = 100_000;

  private final HashedWheelTimer timer =
      new HashedWheelTimer(
          new DefaultThreadFactory("deadline", true),
          TICK_MILLIS,
          TimeUnit.MILLISECONDS,
          WHEEL_SIZE,
          false,
          MOST_PENDING);
  private final long limitMillis;

  NonCancellable(WebSettings settings) {
    this.limitMillis = settings.requestTimeout().toMillis();
  }

  /**
   * The same work, which nobody can cancel once it was subscribed to.
   *
   * @return ends with {@link Refused} {@code DEPENDENCY_UNAVAILABLE} if the deadline passes first
   */
  <T> Mono<T> over(Mono<T> work) {
    return Mono.create(
        sink -> {
          Waiting<T> waiting = new Waiting<>(sink);
          waiting.deadline =
              timer.newTimeout(t -> waiting.giveUp(), limitMillis, TimeUnit.MILLISECONDS);
          sink.onCancel(waiting::leave);
          work.subscribe(waiting);
        });
  }

  @Override
  public void destroy() {
    timer.stop();
  }

  /** The first of work, deadline and the client's leaving decides; the rest is dropped. */
  private static final class Waiting<T> implements CoreSubscriber<T> {

    private final MonoSink<T> sink;
    private final AtomicBoolean over = new AtomicBoolean();
    private @Nullable Timeout deadline;

    Waiting(MonoSink<T> sink) {
      this.sink = sink;
    }

    @Override
    public Context currentContext() {
      return Context.of(sink.contextView());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T value) {
      if (end()) {
        sink.success(value);
      }
    }

    @Override
    public void onComplete() {
      if (end()) {
        sink.success();
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (end()) {
        sink.error(failure);
      } else if (!(failure instanceof Refused || failure instanceof AbortedException)) {
        String id = sink.contextView().<String>getOrEmpty(TraceId.HEADER).orElse("");
        try (MDC.MDCCloseable named = TraceId.inLog(id)) {
          log.error("failed when nobody waited any more", failure);
        }
      }
    }

    private boolean end() {
      if (!over.compareAndSet(false, true)) {
        return false;
      }
      leave();
      return true;
    }

    private void giveUp() {
      if (over.compareAndSet(false, true)) {
        sink.error(CommonRefusal.DEPENDENCY_UNAVAILABLE.refused());
      }
    }

    /** The client is gone: what the work comes to is of no interest, so the deadline is neither. */
    private void leave() {
      over.set(true);
      if (deadline != null) {
        deadline.cancel();
      }
    }
  }
}
