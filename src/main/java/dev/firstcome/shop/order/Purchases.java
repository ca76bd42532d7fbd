package dev.firstcome.shop.order;

import dev.firstcome.shop.drop.Offer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What users have bought and are about to pay, as far as a limit speaks of it: what was read, and
 * what a batch has added to it so far.
 */
final class Purchases {

  /** Of unpaid orders so many are named at the most. */
  static final int MOST_NAMED = 100;

  /** Units in a user's paid orders, and in the unpaid ones. */
  record Count(long bought, long pending) {

    static final Count NONE = new Count(0, 0);

    Count plus(Count other) {
      return new Count(bought + other.bought, pending + other.pending);
    }

    boolean allows(long limit, long more) {
      return bought + pending + more <= limit;
    }
  }

  /**
   * A user's units of one product, of those that were ordered in one drop or in none.
   *
   * @param dropId null: in none
   */
  record Row(String userId, long productId, @Nullable Long dropId, Count count) {}

  /**
   * A user's unpaid orders.
   *
   * @param ids at most {@link #MOST_NAMED} of them, the oldest first
   */
  record Unpaid(long number, List<UUID> ids) {

    static final Unpaid NONE = new Unpaid(0, List.of());

    Unpaid plus(UUID order) {
      List<UUID> all = new ArrayList<>(ids);
      if (all.size() < MOST_NAMED) {
        all.add(order);
      }
      return new Unpaid(number + 1, List.copyOf(all));
    }
  }

  /**
   * What was read under the locks.
   *
   * @param unpaid by user; empty if their number is not limited
   */
  record Read(List<Row> rows, Map<String, Unpaid> unpaid) {

    static final Read NOTHING = new Read(List.of(), Map.of());
  }

  /**
   * What a user may still order of a product.
   *
   * @param limit units in paid and unpaid orders; null: no limit
   * @param bought units in paid orders
   * @param pending units in unpaid ones
   * @param left null: no limit
   */
  record Allowance(@Nullable Long limit, long bought, long pending, @Nullable Long left) {

    static Allowance of(Offer offer, List<Row> rows) {
      Count count = rows.stream().map(Row::count).reduce(Count.NONE, Count::plus);
      Long limit = offer.maxPerUser();
      Long left = limit == null ? null : Math.max(0, limit - count.bought() - count.pending());
      return new Allowance(limit, count.bought(), count.pending(), left);
    }
  }

  private record Key(String userId, long id) {}

  private final Map<Key, Count> products = new HashMap<>();
  private final Map<Key, Count> drops = new HashMap<>();
  private final Map<String, Unpaid> unpaid;

  Purchases(Read read) {
    unpaid = new HashMap<>(read.unpaid);
    read.rows.forEach(row -> add(row.userId, row.productId, row.dropId, row.count));
  }

  Count ofProduct(String userId, long productId) {
    return products.getOrDefault(new Key(userId, productId), Count.NONE);
  }

  Count ofDrop(String userId, long dropId) {
    return drops.getOrDefault(new Key(userId, dropId), Count.NONE);
  }

  Unpaid unpaidOf(String userId) {
    return unpaid.getOrDefault(userId, Unpaid.NONE);
  }

  /** An order that has just been decided. */
  void add(Order order) {
    unpaid.put(order.userId(), unpaidOf(order.userId()).plus(order.id()));
    for (OrderLine line : order.lines()) {
      add(order.userId(), line.productId(), line.dropId(), new Count(0, line.quantity()));
    }
  }

  private void add(String userId, long productId, @Nullable Long dropId, Count count) {
    products.merge(new Key(userId, productId), count, Count::plus);
    if (dropId != null) {
      drops.merge(new Key(userId, dropId), count, Count::plus);
    }
  }
}
