package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.infra.postgres.Database;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A check that finds nothing has to be able to find something. */
@ShopTest
class InvariantIT {

  @Autowired Database database;

  @Test
  void findsAUnitThatWasLost() {
    Sql sql = new Sql(database);
    long product = sql.product(1000, 10);
    assertThat(found()).noneMatch(broken -> broken.contains("product " + product + ":"));

    sql.run("UPDATE stock SET quantity = 9 WHERE product_id = $1", product);
    try {
      assertThat(found())
          .anyMatch(broken -> broken.startsWith("every unit is in stock or in an open or paid"));
    } finally {
      sql.run("UPDATE stock SET quantity = 10 WHERE product_id = $1", product);
    }
  }

  private List<String> found() {
    return Objects.requireNonNull(new InvariantRoute(database).broken().block(SOON)).stream()
        .map(broken -> broken.name() + ": " + broken.detail())
        .toList();
  }
}
