package dev.firstcome.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.simulation.History.Outcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Histories in which everything goes wrong, and afterwards every promise holds.
 *
 * <p>{@code -Dsimulation.seed=N} plays that one and prints what happens in it; {@code
 * -Dsimulation.seeds=100000} plays that many, and says how fast; {@code -Dsimulation.from=N} begins
 * elsewhere.
 */
@ExtendWith(Quietly.class)
class SimulationTest {

  private static final long SEEDS = Long.getLong("simulation.seeds", 300);
  private static final long FROM = Long.getLong("simulation.from", 1);

  @Test
  void keepsEveryPromiseInEveryHistory() {
    Long one = Long.getLong("simulation.seed");
    Seeds seeds = one == null ? new Seeds(FROM, SEEDS) : new Seeds(one, 1);
    long start = System.nanoTime();
    Map<Long, List<String>> broken = new TreeMap<>(seeds.broken(Variant.asBuilt()));
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "simulated %d seeds from %d in %.1f s: %.0f a second on %d threads, %d broken%n",
        seeds.number(),
        seeds.from(),
        seconds,
        seeds.number() / seconds,
        Seeds.THREADS,
        broken.size());
    broken.keySet().stream().limit(1).forEach(SimulationTest::print);
    if (one != null) {
      print(one);
    }
    assertThat(broken).as("replay one with -Dsimulation.seed=N").isEmpty();
  }

  private static void print(long seed) {
    Outcome outcome = History.of(seed, Variant.asBuilt(), true);
    System.out.println("seed " + seed);
    outcome.trace().forEach(System.out::println);
    outcome.violations().forEach(System.out::println);
  }

  /** Replaying a seed is of use only if it is the same history. */
  @Test
  void playsTheSameHistoryFromTheSameSeed() {
    for (long seed = 1; seed <= 8; seed++) {
      Outcome first = History.of(seed, Variant.asBuilt(), false);
      Outcome second = History.of(seed, Variant.asBuilt(), true);
      assertThat(second.hash()).as("seed %d", seed).isEqualTo(first.hash());
      assertThat(second.steps()).isEqualTo(first.steps());
      assertThat(History.of(seed, Variant.asBuilt(), true).trace()).isEqualTo(second.trace());
    }
  }

  /** And different ones are different, or a thousand would be one. */
  @Test
  void playsAnotherHistoryFromAnotherSeed() {
    List<Long> hashes =
        new Seeds(1, 12)
            .numbers()
            .map(seed -> History.of(seed, Variant.asBuilt(), false).hash())
            .toList();
    assertThat(hashes).doesNotHaveDuplicates();
  }
}
