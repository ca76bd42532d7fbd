package dev.firstcome.engine.lane;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.MonoSink;

/**
 * A command and its caller.
 *
 * @param loop the event loop that the caller lives on
 * @param since when it came, in nanoseconds of the lane's clock
 */
record Waiter<C, T>(C command, MonoSink<Verdict.Done<T>> sink, Executor loop, long since) {

  /** The same to all of them. */
  static <C, T> void reply(List<Waiter<C, T>> waiters, Verdict<T> verdict) {
    reply(waiters, Collections.nCopies(waiters.size(), verdict));
  }

  /**
   * Each reply on its request's own loop, one task per loop: otherwise the one driver thread that
   * read the commit would encode every response.
   */
  static <C, T> void reply(List<Waiter<C, T>> waiters, List<Verdict<T>> verdicts) {
    Map<Executor, List<Runnable>> replies = new IdentityHashMap<>();
    for (int i = 0; i < waiters.size(); i++) {
      Waiter<C, T> waiter = waiters.get(i);
      Verdict<T> verdict = verdicts.get(i);
      replies
          .computeIfAbsent(waiter.loop, loop -> new ArrayList<>())
          .add(() -> waiter.reply(verdict));
    }
    replies.forEach(Waiter::runOn);
  }

  private static void runOn(Executor loop, List<Runnable> replies) {
    try {
      loop.execute(() -> replies.forEach(Runnable::run));
    } catch (RejectedExecutionException loopIsClosed) {
      // The server is going down: nobody listens there any more, but every waiter gets its end.
      replies.forEach(Runnable::run);
    }
  }

  private void reply(Verdict<T> verdict) {
    if (verdict instanceof Verdict.Done<T> done) {
      sink.success(done);
    } else if (verdict instanceof Verdict.No<T> no) {
      sink.error(no.because());
    } else if (verdict instanceof Verdict.Failed<T> failed) {
      sink.error(failed.cause());
    }
  }
}
