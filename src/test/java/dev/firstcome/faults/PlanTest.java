package dev.firstcome.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.faults.Plan.Fault;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlanTest {

  @Test
  void sameSeedSamePlan() {
    assertThat(Plan.of(7)).isEqualTo(Plan.of(7)).isNotEqualTo(Plan.of(8));
  }

  @Test
  void fiftySeedsHaveEveryKindAlsoAlone() {
    Set<Kind> all = kinds(LongStream.rangeClosed(1, 50));
    Set<Kind> alone =
        kinds(LongStream.rangeClosed(1, 50).filter(seed -> Plan.of(seed).faults().size() == 1));
    assertThat(all).containsExactlyInAnyOrder(Kind.values()).isEqualTo(alone);
  }

  private static Set<Kind> kinds(LongStream seeds) {
    return seeds
        .mapToObj(Plan::of)
        .flatMap(plan -> plan.faults().stream())
        .map(Fault::kind)
        .collect(Collectors.toSet());
  }
}
