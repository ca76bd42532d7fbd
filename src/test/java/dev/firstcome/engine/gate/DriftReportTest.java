package dev.firstcome.engine.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.gate.DriftPage.Compared;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DriftReportTest {

  private final DriftReport pass = new DriftReport();

  @Test
  void showsWhatDiffersFirstAndNoMoreThanAThousand() {
    LongStream.range(0, 2000).forEach(id -> pass.note(new Compared(id, 5, 5, false)));
    pass.note(new Compared(5000, 7, 5, true));
    pass.note(new Compared(5001, 1, 5, false));

    assertThat(pass.entries()).hasSize(1000);
    assertThat(pass.entries().subList(0, 3))
        .containsExactly(
            new Compared(5000, 7, 5, true),
            new Compared(5001, 1, 5, false),
            new Compared(0, 5, 5, false));
  }

  @Test
  void showsOneOnceThatTheWalkMetTwice() {
    pass.note(new Compared(1, 5, 5, false));
    pass.note(new Compared(1, 4, 5, false));
    assertThat(pass.entries()).containsExactly(new Compared(1, 4, 5, false));
  }

  @Test
  void sumsUpEachDirectionOverEverything() {
    LongStream.range(0, 3000).forEach(id -> pass.note(new Compared(id, 7, 5, true)));
    LongStream.range(0, 3000).forEach(id -> pass.note(new Compared(id, 4, 5, false)));
    assertThat(pass.generous()).isEqualTo(6000);
    assertThat(pass.strict()).isEqualTo(3000);
    assertThat(pass.repaired()).isEqualTo(3000);
  }
}
