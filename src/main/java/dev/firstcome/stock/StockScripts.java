package dev.firstcome.stock;

import dev.firstcome.redis.Redis;
import dev.firstcome.redis.Script;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

  // One hash tag: an order's products are one atomic call.
  private static final String AVAILABLE = "stock:{0}:available";
  private static final String HELD = "stock:{0}:held";
  private static final String LINES = "stock:{0}:lines";
  private static final String LOADING = "stock:{0}:loading";

  private final Redis redis;

  StockScripts(Redis redis) {
    this.redis = redis;
  }

  /** What is said to each order, in order. */
  Mono<List<Admission>> reserve(List<Reservation> reservations, Instant now) {
    List<String> arguments = new ArrayList<>(1 + 4 * reservations.size());
    arguments.add(Long.toString(now.toEpochMilli()));
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
        .run(RESERVE, keys(AVAILABLE, HELD, LINES), arguments.toArray(String[]::new))
        .map(answers -> parse(answers, reservations));
  }

  private static List<Admission> parse(List<String> answers, List<Reservation> reservations) {
    List<Admission> admissions = new ArrayList<>(answers.size());
    for (int i = 0; i < answers.size(); i++) {
      admissions.add(Admission.parse(answers.get(i), reservations.get(i).units()));
    }
    return admissions;
  }

  Mono<Void> settle(List<UUID> confirmed, List<UUID> released, Collection<Long> forget) {
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(confirmed.size()));
    arguments.add(Integer.toString(released.size()));
    confirmed.forEach(id -> arguments.add(id.toString()));
    released.forEach(id -> arguments.add(id.toString()));
    forget.forEach(id -> arguments.add(id.toString()));
    return redis
        .run(SETTLE, keys(AVAILABLE, HELD, LINES, LOADING), arguments.toArray(String[]::new))
        .then();
  }

  /** The ids of the orders that hold something. */
  Mono<List<UUID>> beginLoad(String token, Collection<Long> products) {
    List<String> arguments = new ArrayList<>();
    arguments.add(token);
    products.forEach(id -> arguments.add(id.toString()));
    return redis
        .run(LOAD_BEGIN, keys(LOADING, HELD), arguments.toArray(String[]::new))
        .map(ids -> ids.stream().map(UUID::fromString).toList());
  }

  Mono<Void> load(String token, Map<Long, Long> units, List<UUID> uncommitted) {
    List<String> arguments = new ArrayList<>();
    arguments.add(token);
    arguments.add(Integer.toString(units.size()));
    units.forEach(
        (product, quantity) -> {
          arguments.add(product.toString());
          arguments.add(quantity.toString());
        });
    uncommitted.forEach(id -> arguments.add(id.toString()));
    return redis
        .run(LOAD, keys(AVAILABLE, LINES, LOADING), arguments.toArray(String[]::new))
        .then();
  }

  /** Orders whose reservation has been open since before then, the oldest first. */
  Mono<List<UUID>> heldSince(Instant before, int limit) {
    return redis
        .call(
            r ->
                r.zrangebyscore(
                    HELD, Range.create(0, before.toEpochMilli()), Limit.create(0, limit)))
        .map(ids -> ids.stream().map(UUID::fromString).toList());
  }

  private static String[] keys(String... keys) {
    return keys;
  }
}
