package dev.firstcome.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A short program that runs to its end, with its words in a file rather than a pipe. */
final class Command {

  private static final int SHOWN = 2000;

  private Command() {}

  /**
   * @param folder where it runs, and where its words go: {@code start.log}
   * @return its exit code
   * @throws IOException if it cannot be started or does not end in time
   */
  static int run(Path folder, Duration limit, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true);
    // A server inherits the output of what started it: a pipe would never end.
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("start.log").toFile()));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(command + " did not end within " + limit);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + command, e);
    }
    return process.exitValue();
  }

  /** The end of a file, for a message; empty if there is none. */
  static String tail(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return text.substring(Math.max(0, text.length() - SHOWN));
    } catch (IOException e) {
      return "";
    }
  }
}
