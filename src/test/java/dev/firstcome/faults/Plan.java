package dev.firstcome.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** What happens in one run: the same for the same seed, whichever seeds ran before. */
record Plan(long seed, List<Fault> faults) {

  private static final int MOST_FAULTS = 3;
  private static final int FIRST_MILLIS = 2000;
  private static final int SPREAD_MILLIS = 4000;

  /**
   * @param atMillis when it begins, from the beginning of the load
   * @param forMillis how long until it ends
   * @param instance whose wire, or which process
   * @param chance the seed of what happens by chance within it
   */
  record Fault(Kind kind, int atMillis, int forMillis, int instance, long chance) {

    @Override
    public String toString() {
      return "%s(%d) at %d for %d ms".formatted(kind, instance, atMillis, forMillis);
    }
  }

  /**
   * The first fault goes round the kinds, so that as many seeds as kinds have them all. In every
   * second round it stays alone, so that the table can tell what it does by itself.
   *
   * @param others what may happen beside it
   */
  static Plan of(long seed, List<Kind> kinds, List<Kind> others, int instances) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    boolean alone = Math.floorMod(Math.floorDiv(seed, kinds.size()), 2) == 1;
    int number = alone ? 1 : 1 + random.nextInt(MOST_FAULTS);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      Kind kind =
          i == 0
              ? kinds.get((int) Math.floorMod(seed, kinds.size()))
              : others.get(random.nextInt(others.size()));
      int at = FIRST_MILLIS + (i == 0 ? 0 : random.nextInt(SPREAD_MILLIS));
      int lasting = kind.longestMillis() / 4 + random.nextInt(1 + 3 * kind.longestMillis() / 4);
      Fault fault = new Fault(kind, at, lasting, random.nextInt(instances), random.nextLong());
      // Who is down already cannot be killed again: one fault a target, the wires apart.
      if (faults.stream().noneMatch(f -> excludes(f, fault))) {
        faults.add(fault);
      }
    }
    faults.sort(Comparator.comparingInt(Fault::atMillis));
    return new Plan(seed, List.copyOf(faults));
  }

  private static boolean excludes(Fault one, Fault other) {
    return one.kind().target() == other.kind().target();
  }
}
