package dev.firstcome.engine.gate;

import dev.firstcome.engine.gate.DriftPage.Compared;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What one walk through a whole gate has found. Not for several threads at once. */
final class DriftReport {

  /** Entries that are kept of each kind, and shown at the most. */
  static final int MOST = 1000;

  private final Map<Long, Compared> differing = new LinkedHashMap<>();
  private final Map<Long, Compared> equal = new LinkedHashMap<>();
  private long generous;
  private long strict;
  private int repaired;

  void note(Compared compared) {
    long difference = compared.difference();
    generous += Math.max(0, difference);
    strict += Math.max(0, -difference);
    repaired += compared.repaired() ? 1 : 0;
    Map<Long, Compared> kind = difference == 0 ? equal : differing;
    // A walk may meet one twice.
    if (kind.size() < MOST || kind.containsKey(compared.id())) {
      kind.put(compared.id(), compared);
    }
  }

  /** As they were found, before any repair: those that differ first. */
  List<Compared> entries() {
    return Stream.concat(
            differing.values().stream(),
            equal.values().stream().filter(one -> !differing.containsKey(one.id())))
        .limit(MOST)
        .toList();
  }

  /** By how much the gate was too generous, over everything compared. */
  long generous() {
    return generous;
  }

  /** By how much the gate was too strict, over everything compared. */
  long strict() {
    return strict;
  }

  int repaired() {
    return repaired;
  }
}
