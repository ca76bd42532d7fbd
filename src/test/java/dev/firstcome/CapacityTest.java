package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of capacity follows from what one order costs, as the page says that it does. */
class CapacityTest {

  private static final int SECONDS = 10;
  private static final int POOL = 48;

  /** Core-microseconds of shop, PostgreSQL and Redis, and bytes of WAL. */
  private static final Pattern COST =
      Pattern.compile(
          "(?m)^\\| \\*\\*an order, .*\\| \\*\\*([\\d,]+)\\*\\* \\| \\*\\*([\\d,]+)\\*\\* \\| \\*\\*([\\d,]+)\\*\\* \\| \\*\\*([\\d,]+)\\*\\* \\|$");

  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([\\d,]+ \\|.* of \\d+ .*) \\|$");

  @Test
  void followsFromWhatOneOrderCosts() throws IOException {
    String page = Files.readString(Path.of("src/docs/growth.md"));
    List<Double> cost = COST.matcher(page).results().flatMap(CapacityTest::costs).toList();
    assertThat(cost).hasSize(4);
    List<MatchResult> rows = ROW.matcher(page).results().toList();
    assertThat(rows).hasSizeGreaterThan(3);
    for (MatchResult row : rows) {
      List<Double> cells =
          Stream.of(row.group(1).split(" \\| | of ")).map(CapacityTest::number).toList();
      double orders = cells.get(0) / SECONDS;
      // Half of each core stays free.
      double each = orders * 2 / 1_000_000;
      double shop = each * cost.get(0);
      double instances = Math.ceil(shop / cells.get(4)) + 1;
      List<Double> expected =
          List.of(
              cells.get(0),
              orders,
              shop,
              instances,
              cells.get(4),
              each * cost.get(1),
              each * cost.get(2),
              instances * POOL,
              orders * cost.get(3) / 1_000_000);
      for (int i = 0; i < expected.size(); i++) {
        // As rounded in the table: to a tenth, or to three digits.
        double rounding = Math.max(0.051, expected.get(i) * 0.005);
        assertThat(cells.get(i))
            .as("%s, column %s", row.group(), i)
            .isCloseTo(expected.get(i), within(rounding));
      }
    }
  }

  private static Stream<Double> costs(MatchResult row) {
    return Stream.of(1, 2, 3, 4).map(i -> number(row.group(i)));
  }

  private static double number(String text) {
    return Double.parseDouble(text.replace(",", ""));
  }
}
