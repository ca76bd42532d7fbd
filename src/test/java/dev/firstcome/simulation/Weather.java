package dev.firstcome.simulation;

import static dev.firstcome.simulation.History.RUSH;
import static dev.firstcome.simulation.History.SECOND;

import dev.firstcome.shop.order.Order;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.World.Process;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What happens to the shop in one history, and when. */
final class Weather {

  static final String OTHERS_GO_ON = "one locked row holds up nobody else";

  private static final long MINUTE = 60 * SECOND;

  /** A job that goes round a locked row has been at every other one by then. */
  private static final long ROUND = 12 * SECOND;

  private final World world;
  private final Faults faults;
  private final Variant variant;
  private final RedisServer redis;
  private final PostgresServer postgres;
  private final List<Shop> shops;
  private final List<Request> requests;
  private final Supplier<Shop> start;
  private final List<Held> held = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  /** A row that somebody has locked. */
  record Held(Key key, long from, long to) {}

  /**
   * @param start starts another instance
   */
  Weather(
      World world,
      Faults faults,
      Variant variant,
      RedisServer redis,
      PostgresServer postgres,
      List<Shop> shops,
      List<Request> requests,
      Supplier<Shop> start) {
    this.world = world;
    this.faults = faults;
    this.variant = variant;
    this.redis = redis;
    this.postgres = postgres;
    this.shops = shops;
    this.requests = requests;
    this.start = start;
  }

  List<String> violations() {
    return violations;
  }

  void plan() {
    if (faults.redisAway) {
      later(() -> redisAway(true));
      later(() -> redisAway(false));
    }
    if (faults.redisFlushed) {
      later(this::redisFlushed);
    }
    if (faults.redisRestored) {
      later(redis::save);
      later(this::redisRestored);
    }
    if (faults.postgresAway) {
      later(this::postgresGone);
    }
    for (int i = 0; i < faults.crash; i++) {
      later(this::crash);
    }
    if (variant.has(Strain.CLOCKS)) {
      instancesClocks();
    }
    if (variant.has(Strain.STRANGERS)) {
      for (int i = 0; i < faults.strangers; i++) {
        later(this::stranger);
      }
    }
  }

  private void later(Runnable fault) {
    world.after(world.between(0, RUSH), null, fault);
  }

  private void redisAway(boolean away) {
    redis.away = away;
    world.note(away ? "-- redis away" : "-- redis back");
  }

  private void redisFlushed() {
    redis.flush();
    world.note("-- redis flushed");
  }

  private void redisRestored() {
    redis.restore();
    world.note("-- redis restored");
  }

  private void postgresGone() {
    world.note("-- postgres away");
    postgres.away = true;
    shops.forEach(Shop::databaseGone);
    world.after(world.between(1000, 4 * SECOND), null, this::postgresBack);
  }

  private void postgresBack() {
    postgres.away = false;
    world.note("-- postgres back");
  }

  private void crash() {
    int place = world.pick(shops.size());
    Shop shop = shops.get(place);
    if (!shop.process.alive) {
      return;
    }
    world.note("-- crash " + shop.process.name);
    shop.crash();
    world.after(world.between(0, 2 * SECOND), null, () -> shops.set(place, start.get()));
  }

  /** Servers are off by a little. What the world begins with is dated by them. */
  void serversClocks() {
    if (variant.has(Strain.CLOCKS)) {
      redis.clockOffset = world.between(-MINUTE, MINUTE);
      postgres.clockOffset = world.between(-MINUTE, MINUTE);
    }
  }

  /** Instances are off by minutes or an hour, and their clocks jump. */
  private void instancesClocks() {
    for (int i = 0; i < world.pick(4); i++) {
      later(this::jump);
    }
    shops.forEach(shop -> offset(shop.process));
  }

  void offset(Process process) {
    if (variant.has(Strain.CLOCKS) && world.chance(0.5)) {
      process.clockOffset =
          world.chance(0.2)
              ? world.between(-60 * MINUTE, 60 * MINUTE)
              : world.between(-5 * MINUTE, 5 * MINUTE);
      world.note("-- clock of " + process.name + " is off by " + process.clockOffset / SECOND);
    }
  }

  private void jump() {
    offset(world.pick(shops).process);
  }

  /** Somebody at a psql, or a job that nobody knows. */
  private void stranger() {
    List<Key> rows = new ArrayList<>();
    postgres.stock.rows().keySet().forEach(id -> rows.add(postgres.stock.key(id)));
    rows.addAll(List.copyOf(rows));
    postgres.coupons.rows().keySet().forEach(id -> rows.add(postgres.coupons.key(id)));
    postgres.drops.rows().keySet().forEach(id -> rows.add(postgres.drops.key(id)));
    postgres.balances.rows().keySet().forEach(id -> rows.add(postgres.balances.key(id)));
    postgres.orders.rows().keySet().forEach(id -> rows.add(postgres.orders.key(id)));
    postgres.outbox.rows().keySet().forEach(id -> rows.add(postgres.outbox.key(id)));
    Key key = world.pick(rows);
    long time = world.chance(0.5) ? world.between(1, SECOND) : world.between(SECOND, MINUTE);
    if (postgres.lock(key, time)) {
      held.add(new Held(key, world.micros(), world.micros() + time));
      world.after(time - 1, null, this::othersGoOn);
    }
  }

  /** Nothing but that row is wrong, so nobody else may have noticed. */
  private void othersGoOn() {
    for (Order order : faults.onlyStrangers ? postgres.orders.rows().values() : List.<Order>of()) {
      boolean due =
          order.status() == Order.Status.PENDING
              && order.paymentDueAt().plusNanos(ROUND * 1000).isBefore(postgres.instant());
      if (due && !mayWait(order)) {
        violations.add(OTHERS_GO_ON + ": " + order + " has not ended");
      }
    }
  }

  private boolean mayWait(Order order) {
    long since = world.micros() - ROUND;
    return isHeld(postgres.orders.key(order.id()), since)
        || order.issuedCouponId() != null
        || order.lines().stream()
            .anyMatch(line -> isHeld(postgres.stock.key(line.productId()), since));
  }

  private boolean isHeld(Key key, long since) {
    return held.stream().anyMatch(h -> h.to > since && heldUpBy(h.key).contains(key));
  }

  /**
   * A row, and what somebody may have locked who waits for it, or for that: what is asked for
   * together with it, or is an order's together with it.
   */
  private Set<Key> heldUpBy(Key row) {
    List<Set<Key>> together = new ArrayList<>();
    requests.forEach(request -> together.add(new HashSet<>(request.touches)));
    // Of what it stands for nothing is known.
    together.forEach(keys -> keys.remove(History.ANYTHING));
    postgres.orders.rows().values().forEach(order -> together.add(rowsOf(order)));
    Set<Key> first = with(Set.of(row), together);
    return with(first, together);
  }

  private static Set<Key> with(Set<Key> some, List<Set<Key>> together) {
    Set<Key> all = new HashSet<>(some);
    together.stream().filter(keys -> !Collections.disjoint(keys, some)).forEach(all::addAll);
    return all;
  }

  /** What an end of it locks. */
  private Set<Key> rowsOf(Order order) {
    Set<Key> rows = new HashSet<>();
    rows.add(postgres.orders.key(order.id()));
    rows.add(postgres.balances.key(order.userId()));
    order.lines().forEach(line -> rows.add(postgres.stock.key(line.productId())));
    return rows;
  }

  /**
   * An answer came, or a client gave up: in a history of strangers alone it has to be a good one.
   */
  void answered(Request request, long sent, boolean good) {
    if (!faults.onlyStrangers || good && world.micros() - sent <= 4 * SECOND) {
      return;
    }
    boolean touched =
        held.stream()
            .filter(h -> h.to > sent - ROUND)
            .anyMatch(
                h ->
                    request.touches.contains(History.ANYTHING)
                        || !Collections.disjoint(request.touches, heldUpBy(h.key)));
    if (!touched && request.kind != Request.Kind.CANCEL) {
      violations.add(
          OTHERS_GO_ON
              + ": "
              + request
              + (good ? " waited" : " was refused")
              + " after "
              + (world.micros() - sent) / 1000
              + " ms");
    }
  }

  /**
   * Longer than anything is under way when all heals: what was stalled, the transactions of the
   * dead, and locks of others.
   */
  long lingering() {
    long locked = held.stream().mapToLong(h -> h.to - world.micros()).max().orElse(0);
    return Math.max(faults.stall > 0 ? 15 * SECOND : 8 * SECOND, locked + SECOND);
  }

  void heal() {
    world.note("-- everything heals");
    faults.heal(true);
    redis.away = false;
  }
}
