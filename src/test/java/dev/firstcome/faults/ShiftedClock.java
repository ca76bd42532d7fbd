package dev.firstcome.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One instance's wall clock, which can be set ahead while it runs: a small preloaded library. */
final class ShiftedClock {

  private static final Path SOURCE = Path.of("src", "test", "clock_shift.c");

  private final Path library;
  private final Path file;

  private ShiftedClock(Path library, Path file) {
    this.library = library;
    this.file = file;
  }

  /**
   * @param folder where the library and the clock's setting are kept
   * @return null where no C compiler is to be had
   */
  static @Nullable ShiftedClock of(Path folder, int instance)
      throws IOException, InterruptedException {
    Path library = folder.resolve("clock_shift.so").toAbsolutePath();
    if (!Files.exists(library) && !compile(library, folder.resolve("cc.log").toFile())) {
      return null;
    }
    ShiftedClock clock =
        new ShiftedClock(library, folder.resolve("clock-" + instance).toAbsolutePath());
    clock.set(0);
    return clock;
  }

  private static boolean compile(Path library, File log) throws InterruptedException {
    List<String> command =
        List.of("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), SOURCE.toString());
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noCompiler) {
      return false;
    }
  }

  /** What an instance is started with. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "CLOCK_SHIFT_FILE", file.toString());
  }

  /** From the next second on. */
  void set(long secondsAhead) throws IOException {
    Files.writeString(file, String.valueOf(secondsAhead));
  }
}
