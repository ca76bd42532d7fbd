package dev.firstcome.shop.point;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.infra.postgres.Database;
import java.util.List;

/** A user's points as the database has them, next to what the shop says. */
public final class Ledger {

  private record Entry(long amount, long balanceAfter) {}

  private final Database database;
  private final String userId;

  public Ledger(Database database, String userId) {
    this.database = database;
    this.userId = userId;
  }

  /** The balance, after checking that each entry continues the sum and that it is their sum. */
  public long balance() {
    long sum = 0;
    for (Entry entry : entries()) {
      sum += entry.amount;
      assertThat(entry.balanceAfter).as("balance after an entry").isEqualTo(sum).isNotNegative();
    }
    assertThat(stored()).as("balance of %s", userId).containsExactly(sum);
    return sum;
  }

  /** How many entries there are. */
  public int size() {
    return entries().size();
  }

  /** A charge of any size, as if made long ago by a user who had nothing. */
  public void open(long amount) {
    String sql =
        """
        WITH entry AS (
          INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)
          VALUES (gen_random_uuid(), $1, 'CHARGE', $2, $2, now()))
        INSERT INTO point_balances (user_id, balance) VALUES ($1, $2)
        """;
    requireNonNull(database.update(sql, userId, amount).block(SOON));
  }

  private List<Long> stored() {
    String sql = "SELECT balance FROM point_balances WHERE user_id = $1";
    return requireNonNull(database.list(sql, row -> row.get(0, Long.class), userId).block(SOON));
  }

  private List<Entry> entries() {
    String sql = "SELECT amount, balance_after FROM point_entries WHERE user_id = $1 ORDER BY seq";
    return requireNonNull(
        database
            .list(sql, r -> new Entry(r.get(0, Long.class), r.get(1, Long.class)), userId)
            .block(SOON));
  }
}
