package dev.firstcome.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the instances wrote down. They are never silent about a defect. */
record Logs(Path folder) {

  /** As {@code EventLoopMonitor} begins its line. */
  private static final String BLOCKED = "event loop blocked: ";

  private static final String BUSY = "event loop busy: ";
  private static final String LOADING = "event loop loading: ";

  private static final int SHOWN_FRAMES = 30;

  /** Those of the run before. */
  void clear() throws IOException {
    Files.createDirectories(folder);
    for (Path log : all()) {
      Files.delete(log);
    }
  }

  /** Event loops that were blocked, each with its stack. */
  List<String> blocked() throws IOException {
    List<String> found = stacks(BLOCKED);
    found.addAll(stacks(HoundedShop.FOUND));
    FaultRun.say(found.isEmpty() ? "no event loop blocked over 50 ms" : "event loops were blocked");
    List<String> busy = stacks(BUSY);
    FaultRun.say("%d places in which an event loop computed for over 50 ms", busy.size());
    busy.forEach(place -> FaultRun.say("%s", place));
    FaultRun.say(
        "%d places in which a young instance loaded classes for that long", stacks(LOADING).size());
    return found;
  }

  private List<String> stacks(String mark) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path log : all()) {
      List<String> lines = Files.readAllLines(log);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains(mark)) {
          found.add(log + ": " + withStack(lines, i));
        }
      }
    }
    return found;
  }

  private static String withStack(List<String> lines, int first) {
    StringBuilder text = new StringBuilder(lines.get(first));
    for (int i = first + 1;
        i < lines.size() && i < first + SHOWN_FRAMES && lines.get(i).startsWith("\tat ");
        i++) {
      text.append(System.lineSeparator()).append(lines.get(i));
    }
    return text.toString();
  }

  /** How often each kind of error was written down. */
  void tellErrors() throws IOException {
    Map<String, Integer> errors = new TreeMap<>();
    for (Path log : all()) {
      for (String line : Files.readAllLines(log)) {
        if (line.contains(" ERROR ")) {
          String what = line.replaceAll(".* : ", "").replaceAll("[0-9a-f-]{16,}|\\d+", "…");
          errors.merge(what, 1, Integer::sum);
        }
      }
    }
    errors.forEach((what, times) -> FaultRun.say("in the logs %d times: %s", times, what));
  }

  private List<Path> all() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(p -> p.getFileName().toString().startsWith("shop-")).toList();
    }
  }
}
