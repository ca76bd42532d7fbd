package dev.firstcome.faults;

import dev.firstcome.faults.SeedRun.Result;
import dev.firstcome.faults.Timeline.Impact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The table of faults, in Markdown. */
final class Report {

  private final Map<Kind, List<Impact>> impacts = new EnumMap<>(Kind.class);
  private final Map<Kind, Integer> violations = new EnumMap<>(Kind.class);
  private int mixedViolations;

  /** What a run came to; its violations are counted with every kind of fault in it. */
  void add(Result run) {
    int found = run.violations().size();
    for (Impact impact : run.impacts()) {
      impacts.computeIfAbsent(impact.kind(), kind -> new ArrayList<>()).add(impact);
    }
    if (run.impacts().stream().anyMatch(i -> !i.alone())) {
      mixedViolations += found;
    }
    if (found > 0) {
      run.impacts().stream()
          .map(Impact::kind)
          .distinct()
          .forEach(kind -> violations.merge(kind, found, Integer::sum));
    }
  }

  Set<Kind> missing(Collection<Kind> kinds) {
    Set<Kind> missing = new TreeSet<>(kinds);
    missing.removeAll(impacts.keySet());
    return missing;
  }

  String table() {
    StringBuilder text =
        new StringBuilder(
            """
            | Fault | times | what clients heard | longest gap, ms | first answer after its end, ms | half the rate again, ms | violations |
            |---|---|---|---|---|---|---|
            """);
    impacts.forEach((kind, all) -> text.append(row(kind, all)));
    List<Impact> mixed =
        impacts.values().stream().flatMap(List::stream).filter(i -> !i.alone()).toList();
    if (!mixed.isEmpty()) {
      text.append(row("several of these at once", mixed.size(), mixed, mixedViolations));
    }
    return text.toString();
  }

  /** What a kind does is told by those that came alone, if any did. */
  private String row(Kind kind, List<Impact> all) {
    List<Impact> alone = all.stream().filter(Impact::alone).toList();
    return row(
        kind.label(), all.size(), alone.isEmpty() ? all : alone, violations.getOrDefault(kind, 0));
  }

  private static String row(String label, int times, List<Impact> all, int violations) {
    Map<String, Integer> errors = new TreeMap<>();
    all.forEach(i -> i.errors().forEach((error, n) -> errors.merge(error, n, Integer::sum)));
    String heard =
        errors.entrySet().stream()
            .map(e -> e.getKey() + " × " + e.getValue())
            .collect(Collectors.joining(", "));
    return "| %s | %d | %s | %s | %s | %s | %d |%n"
        .formatted(
            label,
            times,
            heard.isEmpty() ? "no error" : heard,
            spread(all.stream().mapToLong(Impact::gapMillis)),
            spread(all.stream().mapToLong(Impact::firstMillis)),
            spread(all.stream().mapToLong(Impact::recoveryMillis)),
            violations);
  }

  /** The median and the worst. */
  private static String spread(LongStream values) {
    long[] sorted = values.sorted().toArray();
    return "%d (%d)".formatted(sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }
}
