package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * With {@code -Pblockhound}: whatever blocks a thread that must never wait (an event loop, a timer)
 * fails the class whose tests ran meanwhile, with the stack of each such call. The call itself goes
 * on, so that one finding does not hide the next.
 */
public final class NoBlocking implements BeforeAllCallback, AfterAllCallback {

  /** So many stacks tell enough. */
  private static final BlockingQueue<String> FOUND = new LinkedBlockingQueue<>(20);

  private static final AtomicBoolean INSTALLED = new AtomicBoolean();

  @Override
  public void beforeAll(ExtensionContext context) {
    if (INSTALLED.compareAndSet(false, true)) {
      install(FOUND);
    }
  }

  /**
   * Watches this JVM from now on.
   *
   * @param found takes each call that blocks, with its stack, while there is room
   */
  public static void install(BlockingQueue<String> found) {
    BlockHound.install(
        hound ->
            hound
                // Reads /dev/urandom, which is a file that never waits.
                .allowBlockingCallsInside("java.security.SecureRandom", "nextBytes")
                // A lock that is held for a few instructions, around the count of writers.
                .allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "incrementWriters")
                // Spring Data looks at a repository method's type once, and only if it is a file.
                .allowBlockingCallsInside(
                    "org.springframework.data.projection.ProxyProjectionFactory",
                    "getProjectionMetadata")
                .blockingMethodCallback(call -> found.offer(stack(call.toString()))));
    provesThatItSees(found);
  }

  private static String stack(String method) {
    StringWriter text = new StringWriter();
    new Throwable(Thread.currentThread().getName()).printStackTrace(new PrintWriter(text));
    return method + "\n" + text;
  }

  /** A hound that sees nothing would pass everything. */
  private static void provesThatItSees(BlockingQueue<String> found) {
    Mono.fromRunnable(() -> LockSupport.parkNanos(1)).subscribeOn(Schedulers.parallel()).block();
    assertThat(found).as("BlockHound is at work").isNotEmpty();
    found.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    List<String> found = List.copyOf(FOUND);
    FOUND.clear();
    assertThat(found).as("calls that block").isEmpty();
  }
}
