package dev.firstcome.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.faults.Kind.Target;
import dev.firstcome.faults.Plan.Fault;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlanTest {

  private static final List<Kind> KINDS = Kind.of(EnumSet.complementOf(EnumSet.of(Target.NODES)));

  private static Plan plan(long seed) {
    return Plan.of(seed, KINDS, KINDS, 2);
  }

  @Test
  void sameSeedSamePlan() {
    assertThat(plan(7)).isEqualTo(plan(7)).isNotEqualTo(plan(8));
  }

  @Test
  void fiftySeedsHaveEveryKindAlsoAlone() {
    Set<Kind> all = kinds(LongStream.rangeClosed(1, 50));
    Set<Kind> alone =
        kinds(LongStream.rangeClosed(1, 50).filter(seed -> plan(seed).faults().size() == 1));
    assertThat(all).hasSameElementsAs(KINDS).isEqualTo(alone);
  }

  private static Set<Kind> kinds(LongStream seeds) {
    return seeds
        .mapToObj(PlanTest::plan)
        .flatMap(plan -> plan.faults().stream())
        .map(Fault::kind)
        .collect(Collectors.toSet());
  }
}
