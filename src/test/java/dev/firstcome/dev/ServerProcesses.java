package dev.firstcome.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The server processes of a run, found by their command lines: they were started from the user's
 * folder and name the run's. No file of process ids can say more, a number may belong to somebody
 * else by now, and a server that was starting when its JVM was killed is found too.
 */
final class ServerProcesses {

  /** For a server to end when asked, and again after it is no longer asked. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private ServerProcesses() {}

  /** Ends every server of the run; its data is not wanted any more. */
  static void end(Path base, Path run) throws IOException {
    List<ProcessHandle> found = in(base, run);
    if (found.isEmpty()) {
      return;
    }
    for (ProcessHandle process : found) {
      ask(process);
    }
    if (!areGone(base, run)) {
      in(base, run).forEach(ProcessHandle::destroyForcibly);
      if (!areGone(base, run)) {
        throw new IOException("could not end " + in(base, run) + " of " + run);
      }
    }
  }

  static List<ProcessHandle> in(Path base, Path run) {
    return ProcessHandle.allProcesses()
        .filter(process -> isServer(process.info().commandLine().orElse(""), base, run))
        .toList();
  }

  static boolean isServer(String commandLine, Path base, Path run) {
    return commandLine.startsWith(base + "/") && commandLine.contains(run + "/");
  }

  private static void ask(ProcessHandle process) throws IOException {
    if (process.info().commandLine().orElse("").contains("/bin/postgres ")) {
      // Immediate shutdown: TERM would wait for clients, KILL would leave shared memory behind.
      // Java sends neither QUIT nor INT.
      new ProcessBuilder("sh", "-c", "kill -QUIT " + process.pid()).start();
    } else {
      process.destroy();
    }
  }

  private static boolean areGone(Path base, Path run) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<ProcessHandle> left = in(base, run);
    // Looked for anew each time: a zombie that nobody reaps never exits, but has no command line.
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      waitBriefly(left.get(0));
      left = in(base, run);
    }
    return left.isEmpty();
  }

  private static void waitBriefly(ProcessHandle process) {
    try {
      process.onExit().get(100, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Looked at again by the caller, which has the deadline.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while servers end", e);
    }
  }
}
