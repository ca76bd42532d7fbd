package dev.firstcome.infra.observe;

import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Why an event loop did not answer.
 *
 * @param place our innermost frame, or the innermost one if none is ours
 * @param text for the log: the thread, how long, and its frames
 */
record EventLoopDelay(Cause cause, String place, String text) {

  enum Cause {
    /** It waits: for a lock, for time to pass, for a file. */
    BLOCKED,
    /** It computes. */
    BUSY,
    /** It loads classes, for the first time on a path through the code: a process that is young. */
    LOADING,
    /** It would, but had no core: not the shop's doing. */
    STARVED
  }

  private static final String OURS = "dev.firstcome.";

  private static final List<String> WAITING_CALLS = List.of("java.io.", "java.net.", "sun.nio.fs.");

  /** Of the time, in per cent: a thread that computes that much is not waiting for a core. */
  private static final int BUSY_PERCENT = 80;

  /**
   * @param before the loop's thread as it was a moment ago, waiting for the same heartbeat
   * @param cpu nanoseconds of a core that it had since the heartbeat
   * @param nanos since the heartbeat
   */
  static EventLoopDelay of(ThreadInfo before, ThreadInfo now, long cpu, long nanos) {
    Cause cause = cause(before, now, cpu, nanos);
    String text =
        String.format(
            Locale.ROOT,
            "%s: %s for over %d ms, %d ms of them on a core, now %s%n%s",
            cause.name().toLowerCase(Locale.ROOT),
            now.getThreadName(),
            TimeUnit.NANOSECONDS.toMillis(nanos),
            TimeUnit.NANOSECONDS.toMillis(cpu),
            now.getThreadState(),
            frames(now));
    return new EventLoopDelay(cause, place(now), text);
  }

  private static Cause cause(ThreadInfo before, ThreadInfo now, long cpu, long nanos) {
    if (isLoading(before) || isLoading(now)) {
      return Cause.LOADING;
    }
    if (cpu * 100 >= nanos * BUSY_PERCENT) {
      return Cause.BUSY;
    }
    boolean waits = isWaiting(before) && isWaiting(now);
    return waits || isInTheSameCall(before, now) ? Cause.BLOCKED : Cause.STARVED;
  }

  private static boolean isLoading(ThreadInfo thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals("java.lang.ClassLoader"));
  }

  private static boolean isWaiting(ThreadInfo thread) {
    return switch (thread.getThreadState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      case NEW, RUNNABLE, TERMINATED -> false;
    };
  }

  /**
   * A file or a socket that the JDK waits for looks runnable. So do Netty's own calls, which do not
   * wait, and neither does a thread that a garbage collection stopped on its way back.
   */
  private static boolean isInTheSameCall(ThreadInfo before, ThreadInfo now) {
    StackTraceElement[] stack = now.getStackTrace();
    return stack.length > 0
        && stack[0].isNativeMethod()
        && WAITING_CALLS.stream().anyMatch(stack[0].getClassName()::startsWith)
        && Arrays.equals(stack, before.getStackTrace());
  }

  private static String place(ThreadInfo thread) {
    return Arrays.stream(thread.getStackTrace())
        .map(StackTraceElement::toString)
        .filter(frame -> frame.contains(OURS))
        .findFirst()
        .orElseGet(() -> frames(thread).lines().findFirst().orElse(""));
  }

  private static String frames(ThreadInfo thread) {
    return Arrays.stream(thread.getStackTrace())
        .map(frame -> "\tat " + frame)
        .collect(Collectors.joining(System.lineSeparator()));
  }

  String tag() {
    return cause.name().toLowerCase(Locale.ROOT);
  }
}
