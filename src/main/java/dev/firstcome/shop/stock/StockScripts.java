package dev.firstcome.shop.stock;

import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The keys, the arguments and the answers of this room's Lua. */
@Component
class StockScripts {

  private static final Script RESERVE = Script.named("stock_reserve");
  private static final Script SETTLE = Script.named("stock_settle");
  private static final Script LOAD_BEGIN = Script.named("stock_load_begin");
  private static final Script LOAD = Script.named("stock_load");
  private static final Script COMPARE_BEGIN = Script.named("stock_compare_begin");
  private static final Script COMPARE = Script.named("stock_compare");
  private static final Script LEFT = Script.named("gate_left");

  private static final String AVAILABLE = "available";
  private static final String HELD = "held";
  private static final String LINES = "lines";
  private static final String LOADING = "loading";
  private static final String COMPARING = "comparing";

  /** Many times what a load or a comparison takes: one that has crashed leaves nothing for ever. */
  private static final String TOKEN_SECONDS = Long.toString(Duration.ofMinutes(1).toSeconds());

  /** What nobody has used or compared for so long is of a gate that was divided otherwise. */
  private static final String GATE_SECONDS = Long.toString(Duration.ofDays(1).toSeconds());

  private final Redis redis;

  StockScripts(Redis redis) {
    this.redis = redis;
  }

  /** What is said to each order, in order. */
  Mono<List<Admission>> reserve(Partition partition, List<Reservation> reservations) {
    List<String> arguments = new ArrayList<>(1 + 4 * reservations.size());
    arguments.add(GATE_SECONDS);
    for (Reservation reservation : reservations) {
      arguments.add(reservation.orderId().toString());
      arguments.add(Integer.toString(reservation.units().size()));
      reservation
          .units()
          .forEach(
              (product, units) -> {
                arguments.add(product.toString());
                arguments.add(units.toString());
              });
    }
    return redis
        .run(
            RESERVE,
            keys(partition, AVAILABLE, HELD, LINES, COMPARING),
            arguments.toArray(String[]::new))
        .map(answers -> parse(answers, reservations));
  }

  private static List<Admission> parse(List<String> answers, List<Reservation> reservations) {
    List<Admission> admissions = new ArrayList<>(answers.size());
    for (int i = 0; i < answers.size(); i++) {
      admissions.add(Admission.parse(answers.get(i), reservations.get(i).units()));
    }
    return admissions;
  }

  Mono<Void> settle(
      Partition partition,
      Collection<UUID> confirmed,
      Collection<UUID> released,
      Collection<Long> tooGenerous) {
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(confirmed.size()));
    arguments.add(Integer.toString(released.size()));
    confirmed.forEach(id -> arguments.add(id.toString()));
    released.forEach(id -> arguments.add(id.toString()));
    tooGenerous.forEach(id -> arguments.add(id.toString()));
    return redis
        .run(
            SETTLE,
            keys(partition, AVAILABLE, HELD, LINES, LOADING, COMPARING),
            arguments.toArray(String[]::new))
        .then();
  }

  /** The ids of the orders that hold something. */
  Mono<List<UUID>> beginLoad(Partition partition, String token, Collection<Long> products) {
    List<String> arguments = new ArrayList<>();
    arguments.add(token);
    arguments.add(TOKEN_SECONDS);
    products.forEach(id -> arguments.add(id.toString()));
    return redis
        .run(LOAD_BEGIN, keys(partition, LOADING, HELD), arguments.toArray(String[]::new))
        .map(ids -> ids.stream().map(UUID::fromString).toList());
  }

  /**
   * Ends a load that has begun.
   *
   * @param products what it began with
   * @param units what the database has of them; a product that is missing does not exist
   */
  Mono<Void> load(
      Partition partition,
      String token,
      Collection<Long> products,
      Map<Long, Long> units,
      List<UUID> uncommitted) {
    List<String> arguments = new ArrayList<>();
    arguments.add(token);
    arguments.add(GATE_SECONDS);
    arguments.add(Integer.toString(products.size()));
    for (Long product : products) {
      Long quantity = units.get(product);
      arguments.add(product.toString());
      arguments.add(quantity == null ? "" : quantity.toString());
    }
    uncommitted.forEach(id -> arguments.add(id.toString()));
    return redis
        .run(
            LOAD,
            keys(partition, AVAILABLE, LINES, LOADING, COMPARING),
            arguments.toArray(String[]::new))
        .then();
  }

  /**
   * What is about to be compared.
   *
   * @param next the cursor of the next part; 0 if this was the last
   * @param held the orders that hold something
   */
  record Begun(String next, List<Long> products, List<UUID> held) {

    static Begun parse(List<String> answer) {
      int last = 2 + Integer.parseInt(answer.get(1));
      return new Begun(
          answer.get(0),
          answer.subList(2, last).stream().map(Long::valueOf).distinct().toList(),
          answer.subList(last, answer.size()).stream().map(UUID::fromString).toList());
    }
  }

  /**
   * Begins to compare some of the loaded products.
   *
   * @param limit how many products, about
   */
  Mono<Begun> beginCompare(Partition partition, String token, String cursor, int limit) {
    return redis
        .run(
            COMPARE_BEGIN,
            keys(partition, AVAILABLE, HELD, LINES, COMPARING, LOADING),
            token,
            cursor,
            Integer.toString(limit),
            TOKEN_SECONDS,
            GATE_SECONDS)
        .map(Begun::parse);
  }

  /**
   * A product to compare.
   *
   * @param units what the database has
   * @param raise by how many units the gate may be raised
   */
  record Level(long product, long units, long raise) {}

  /**
   * @param held what {@link #beginCompare} found
   * @param uncommitted those of them that the database did not have
   * @return {@code INCONCLUSIVE}, {@code COMPARED units} or {@code REPAIRED units} for each level
   */
  Mono<List<String>> compare(
      Partition partition,
      String token,
      List<Level> levels,
      List<UUID> held,
      List<UUID> uncommitted) {
    List<String> arguments = new ArrayList<>(3 + 3 * levels.size() + held.size());
    arguments.add(token);
    arguments.add(Integer.toString(levels.size()));
    arguments.add(Integer.toString(uncommitted.size()));
    for (Level level : levels) {
      arguments.add(Long.toString(level.product));
      arguments.add(Long.toString(level.units));
      arguments.add(Long.toString(level.raise));
    }
    Set<UUID> open = new HashSet<>(uncommitted);
    uncommitted.forEach(id -> arguments.add(id.toString()));
    held.stream().filter(id -> !open.contains(id)).forEach(id -> arguments.add(id.toString()));
    return redis.run(
        COMPARE, keys(partition, AVAILABLE, LINES, COMPARING), arguments.toArray(String[]::new));
  }

  /** Orders whose reservation has been open for so long, the oldest first. */
  Mono<List<UUID>> left(Partition partition, Duration patience, int limit) {
    return redis
        .run(
            LEFT,
            keys(partition, HELD),
            Long.toString(patience.toMillis()),
            Integer.toString(limit))
        .map(ids -> ids.stream().map(UUID::fromString).toList());
  }

  /** What to lock of these products. */
  static List<String> locks(Collection<Long> products) {
    return products.stream().map(id -> "stock:" + id).toList();
  }

  private static String[] keys(Partition partition, String... names) {
    return Arrays.stream(names).map(partition::key).toArray(String[]::new);
  }
}
