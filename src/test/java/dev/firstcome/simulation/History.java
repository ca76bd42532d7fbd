package dev.firstcome.simulation;

import dev.firstcome.batch.LaneSettings;
import dev.firstcome.coupon.Coupon;
import dev.firstcome.coupon.CouponParts;
import dev.firstcome.coupon.Discount;
import dev.firstcome.order.Order;
import dev.firstcome.order.OrderParts;
import dev.firstcome.order.OrderSettings;
import dev.firstcome.payment.PaymentParts;
import dev.firstcome.point.PointParts;
import dev.firstcome.problem.Refused;
import dev.firstcome.simulation.PostgresServer.Adjustment;
import dev.firstcome.simulation.PostgresServer.Campaign;
import dev.firstcome.simulation.PostgresServer.Issued;
import dev.firstcome.simulation.PostgresServer.Product;
import dev.firstcome.simulation.Request.Attempt;
import dev.firstcome.simulation.Request.Heard;
import dev.firstcome.simulation.Request.Kind;
import dev.firstcome.simulation.World.Process;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One seed's history: a few users and instances, very few things to be had, and whatever can go
 * wrong; then everything heals, and what is left must be right.
 */
final class History {

  private static final long SECOND = 1_000_000;

  /** Requests arrive, and faults happen, within this time. */
  private static final long RUSH = 15 * SECOND;

  /** Longer than anything is under way that was stalled before all healed. */
  private static final long LINGERING = 15 * SECOND;

  /**
   * Enough for what is found last: a campaign of a crashed instance, held until the sweep's
   * patience is over (30 s, and 12 s to its turn), then compared twice (8 s apart, 6 s to each
   * turn), one look or the other disturbed by another instance.
   */
  private static final long QUIET = 90 * SECOND;

  /** How long a client waits at the most. */
  private static final long PATIENCE = 20 * SECOND;

  private final World world;
  private final Faults faults;
  private final Variant variant;
  private final RedisServer redis;
  private final PostgresServer postgres;
  private final LaneSettings lanes;
  private final OrderSettings orderSettings;
  private final List<Shop> shops = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private final Map<String, List<UUID>> ordersOf = new HashMap<>();
  private final List<Long> hotMoments = new ArrayList<>();
  private final int campaigns;
  private final int products;
  private final int users;
  private int started;
  private boolean rushing = true;
  private final boolean adjusted;

  /** Of the stock gate: in every third history as many as there may be products. */
  private final int partitions;

  /**
   * What a history came to.
   *
   * @param violations the promises that were broken, each with what broke it; empty if none
   * @param hash the same for the same history
   */
  record Outcome(long seed, List<String> violations, long hash, long steps, List<String> trace) {}

  private History(long seed, Variant variant, boolean traced) {
    this.variant = variant;
    world = new World(seed, traced);
    faults = variant.faults(world);
    redis = new RedisServer(world, variant);
    postgres = new PostgresServer(world, variant);
    campaigns = (int) world.between(1, 3);
    products = (int) world.between(1, 3);
    users = (int) world.between(3, 8);
    lanes =
        new LaneSettings(
            1000,
            (int) world.between(1, 16),
            (int) world.between(1, 2),
            3,
            Duration.ofSeconds(8),
            Duration.ofMillis(50),
            Duration.ofSeconds(1));
    orderSettings =
        new OrderSettings(
            Duration.ofSeconds(world.between(4, 15)),
            Duration.ofSeconds(8),
            (int) world.between(1, 20),
            world.chance(0.5));
    adjusted = world.chance(0.3);
    partitions = seed % 3 == 0 ? 3 : 1;
    for (int i = 0; i < 4; i++) {
      hotMoments.add(world.between(0, RUSH));
    }
  }

  static Outcome of(long seed, Variant variant, boolean traced) {
    return new History(seed, variant, traced).play(seed);
  }

  private Outcome play(long seed) {
    Statements.requireCurrent();
    postgres.now(this::fill);
    faults.heal(variant.isPreloaded());
    int instances = (int) world.between(2, 3);
    for (int i = 0; i < instances; i++) {
      shops.add(start());
    }
    if (variant.isPreloaded()) {
      postgres.coupons.rows().values().forEach(c -> shops.get(0).coupons.load(c.coupon()));
      world.run(SECOND / 10);
      faults.heal(false);
    }
    planRequests();
    planFaults();
    world.run(RUSH);
    rushing = false;
    heal();
    Invariants invariants = new Invariants(postgres, redis, requests, orderSettings);
    List<String> violations = comeToRest(invariants);
    if (violations.isEmpty()) {
      violations.addAll(drain());
      violations.addAll(invariants.whenQuiet());
    }
    return new Outcome(seed, violations, world.hash(), world.steps(), world.trace());
  }

  /**
   * Everything must come to be as promised, and stay so. Whatever has not after so long is wrong.
   */
  private List<String> comeToRest(Invariants invariants) {
    world.run(LINGERING);
    // An instance looks after the campaigns that it was asked for; after a crash it must be asked
    // again.
    for (long id = 1; id <= campaigns; id++) {
      sendOnce(coupon("last", id));
    }
    List<String> violations;
    int rest = 0;
    long end = world.micros() + QUIET;
    do {
      world.run(4 * SECOND);
      violations = violations(invariants);
      rest = violations.isEmpty() ? rest + 1 : 0;
    } while (rest < 2 && world.micros() < end);
    return violations;
  }

  private List<String> violations(Invariants invariants) {
    List<String> violations = new ArrayList<>(invariants.whenQuiet());
    if (violations.isEmpty()) {
      violations.addAll(invariants.gatesExact());
      unanswered(violations);
    }
    return violations;
  }

  private Shop start() {
    Process process = new Process("shop" + ++started);
    world.note("-- start " + process.name);
    return new Shop(process, world, faults, redis, postgres, lanes, orderSettings, partitions);
  }

  private void fill(PostgresServer.Tx tx) {
    Instant end = World.START.plus(Duration.ofDays(1));
    for (long id = 1; id <= campaigns; id++) {
      Discount discount = new Discount(Discount.Type.FIXED, 100 * world.between(1, 3), null);
      Coupon coupon =
          new Coupon(
              id,
              "coupon",
              discount,
              0,
              world.between(1, 5),
              World.START.minusSeconds(1),
              end,
              end);
      long early = world.chance(0.3) ? world.between(1, coupon.totalQuantity()) : 0;
      postgres.coupons.put(tx, id, new Campaign(coupon, early));
      for (int i = 0; i < early; i++) {
        Request before = coupon("early" + i, id);
        postgres.issued.put(
            tx,
            ShopSql.issuedKey(id, before.user),
            new Issued(before.id, id, before.user, World.START, null, null));
      }
    }
    for (int user = 0; user < users; user++) {
      if (world.chance(0.3)) {
        postgres.carts.add("user" + user + " " + world.between(1, products));
      }
    }
    for (long id = 1; id <= products; id++) {
      long units = world.between(0, 10);
      postgres.products.put(tx, id, new Product("product", 100 * world.between(0, 5)));
      postgres.stock.put(tx, id, units);
      postgres.adjustments.put(tx, postgres.adjustmentId(), new Adjustment(id, units));
    }
  }

  // What users do.

  private void planRequests() {
    long number = world.between(20, 60);
    for (int i = 0; i < number; i++) {
      int key = i;
      long when =
          world.chance(0.6)
              ? Math.min(RUSH, world.pick(hotMoments) + world.between(0, 3000))
              : world.between(0, RUSH);
      world.after(when, null, () -> act("k" + key));
    }
    for (int user = 0; user < users; user++) {
      String name = "user" + user;
      Request charge = charge(name, "first", world.between(3, 20) * 100);
      world.after(world.between(0, SECOND), null, () -> send(charge));
    }
  }

  private void act(String key) {
    String user = "user" + world.pick(users);
    List<UUID> mine = ordersOf.getOrDefault(user, List.of());
    int dice = world.pick(100);
    if (dice < 30) {
      send(coupon(user, world.between(1, campaigns)));
    } else if (dice < 60 || mine.isEmpty()) {
      send(order(user, key, units(), world.chance(0.3) ? someCoupon(user) : null));
    } else if (dice < 78) {
      send(payment(user, key, world.pick(mine)));
    } else if (dice < 88) {
      send(cancel(user, world.pick(mine)));
    } else if (dice < 94 || !adjusted) {
      send(charge(user, key, world.between(1, 5) * 100));
    } else {
      sendOnce(adjustment(world.between(1, products), world.between(-3, 4), key));
    }
  }

  private SortedMap<Long, Long> units() {
    SortedMap<Long, Long> units = new TreeMap<>();
    for (int i = 0; i <= world.pick(3); i++) {
      units.put(world.between(1, products), world.between(1, 3));
    }
    if (world.chance(0.02)) {
      units.put(99L, 1L);
    }
    return units;
  }

  private UUID someCoupon(String user) {
    return CouponParts.idOf(world.between(1, campaigns), user);
  }

  private Request coupon(String user, long campaign) {
    String key = "coupon" + campaign;
    for (Request known : requests) {
      if (known.kind == Kind.COUPON && known.user.equals(user) && known.key.equals(key)) {
        return known;
      }
    }
    return request(
        Kind.COUPON,
        user,
        key,
        CouponParts.idOf(campaign, user),
        (shop, k) -> shop.coupons.coupons.issue(campaign, user).map(Heard::of));
  }

  private Request order(
      String user, String key, SortedMap<Long, Long> units, @Nullable UUID coupon) {
    return request(
        Kind.ORDER,
        user,
        key,
        OrderParts.idOf(user, key),
        (shop, k) -> shop.orders.place(user, k, other(units), other(user, coupon)).map(Heard::of));
  }

  /** Now and then another request under a key that was used. */
  private SortedMap<Long, Long> other(SortedMap<Long, Long> units) {
    return rushing && world.chance(0.03) ? units() : units;
  }

  private @Nullable UUID other(String user, @Nullable UUID coupon) {
    if (rushing && world.chance(0.03)) {
      return someCoupon(user);
    }
    return coupon;
  }

  private Request charge(String user, String key, long amount) {
    return request(
        Kind.CHARGE,
        user,
        key,
        PointParts.idOf(user, key),
        (shop, k) ->
            shop.points
                .charge(user, k, rushing && world.chance(0.03) ? amount + 100 : amount)
                .map(Heard::of));
  }

  private Request payment(String user, String key, UUID order) {
    return request(
        Kind.PAYMENT,
        user,
        key,
        PaymentParts.idOf(user, key),
        (shop, k) -> shop.payments.payments.pay(user, k, order).map(Heard::of));
  }

  private Request cancel(String user, UUID order) {
    return request(
        Kind.CANCEL,
        user,
        "cancel",
        order,
        (shop, k) -> shop.payments.cancel(user, order).map(Heard::of));
  }

  private Request adjustment(long product, long delta, String key) {
    return request(
        Kind.ADJUSTMENT,
        "admin",
        key + " of " + product + " by " + delta,
        new UUID(product, delta),
        (shop, k) -> shop.stock.adjust(product, delta).map(after -> new Heard(after, false, null)));
  }

  private Request request(Kind kind, String user, String key, UUID id, Request.Call call) {
    Request request = new Request(kind, user, key, id, call);
    requests.add(request);
    return request;
  }

  // How they send it.

  private void send(Request request) {
    attempt(request, world.pick(shops), true);
    if (world.chance(0.15)) {
      attempt(request, world.pick(shops), true);
    }
  }

  private void sendOnce(Request request) {
    attempt(request, world.pick(shops), false);
  }

  private void attempt(Request request, Shop shop, boolean again) {
    Attempt attempt = new Attempt(shop);
    attempts.add(attempt);
    int number = request.attempts++;
    if (world.traced()) {
      world.note("client: " + request + " to " + shop.process.name);
    }
    String key = variant.key(request.key, number);
    world.after(
        faults.latency(),
        shop.process,
        () -> {
          attempt.arrived = true;
          attempt.subscription =
              request
                  .call
                  .to(shop, key)
                  .subscribe(
                      heard -> reply(request, attempt, heard, again),
                      failure -> reply(request, attempt, refusal(failure), again));
          if (attempt.over) {
            attempt.subscription.dispose();
          }
        });
    long patience = rushing && world.chance(0.08) ? world.between(0, SECOND) : PATIENCE;
    world.after(patience, null, () -> giveUp(request, attempt, again));
  }

  /** Null where a client cannot tell whether anything was done. */
  private static @Nullable Heard refusal(Throwable failure) {
    if (failure instanceof Refused refused && refused.refusal().status().is4xxClientError()) {
      return Heard.refused(refused.refusal().name());
    } else if (failure instanceof Refused || failure instanceof io.r2dbc.spi.R2dbcException) {
      return null;
    }
    throw new IllegalStateException("a defect", failure);
  }

  private void reply(Request request, Attempt attempt, @Nullable Heard heard, boolean again) {
    attempt.answered = true;
    world.after(faults.latency(), null, () -> hear(request, attempt, heard, again));
  }

  private void hear(Request request, Attempt attempt, @Nullable Heard heard, boolean again) {
    if (attempt.over) {
      return;
    }
    attempt.over = true;
    if (world.traced()) {
      world.note("client: " + request + " hears " + heard);
    }
    if (heard == null) {
      unknown(request, again);
      return;
    }
    world.mix(heard.refusal() == null ? 7 : heard.refusal().hashCode());
    request.heard.add(heard);
    if (request.kind == Kind.ORDER && heard.value() instanceof Order order) {
      ordersOf.computeIfAbsent(request.user, u -> new ArrayList<>()).add(order.id());
    }
    if (again && rushing && world.chance(0.1)) {
      world.after(
          world.between(0, 3 * SECOND), null, () -> attempt(request, world.pick(shops), true));
    }
  }

  private void giveUp(Request request, Attempt attempt, boolean again) {
    if (attempt.over) {
      return;
    }
    attempt.over = true;
    if (world.traced()) {
      world.note("client: " + request + " gives up");
    }
    if (attempt.subscription != null) {
      attempt.subscription.dispose();
    }
    unknown(request, again);
  }

  private void unknown(Request request, boolean again) {
    request.unknown++;
    if (again && request.attempts < 5 && world.chance(0.7)) {
      world.after(
          world.between(0, 3 * SECOND), null, () -> attempt(request, world.pick(shops), true));
    }
  }

  // What goes wrong.

  private void planFaults() {
    if (faults.redisAway) {
      later(
          () -> {
            redis.away = true;
            world.note("-- redis away");
          });
      later(() -> redis.away = false);
    }
    if (faults.redisFlushed) {
      later(
          () -> {
            redis.flush();
            world.note("-- redis flushed");
          });
    }
    if (faults.redisRestored) {
      later(redis::save);
      later(
          () -> {
            redis.restore();
            world.note("-- redis restored");
          });
    }
    if (faults.postgresAway) {
      later(this::postgresGone);
    }
    for (int i = 0; i < faults.crash; i++) {
      later(this::crash);
    }
  }

  private void later(Runnable fault) {
    world.after(world.between(0, RUSH), null, fault);
  }

  private void postgresGone() {
    world.note("-- postgres away");
    postgres.away = true;
    shops.forEach(Shop::databaseGone);
    world.after(
        world.between(1000, 4 * SECOND),
        null,
        () -> {
          postgres.away = false;
          world.note("-- postgres back");
        });
  }

  private void crash() {
    int place = world.pick(shops.size());
    Shop shop = shops.get(place);
    if (!shop.process.alive) {
      return;
    }
    world.note("-- crash " + shop.process.name);
    shop.crash();
    world.after(world.between(0, 2 * SECOND), null, () -> shops.set(place, start()));
  }

  private void heal() {
    world.note("-- everything heals");
    faults.heal(true);
    redis.away = false;
  }

  // What must be so afterwards.

  private void unanswered(List<String> violations) {
    for (Attempt attempt : attempts) {
      boolean heardOf = attempt.answered || attempt.subscription == null || attempt.over;
      if (attempt.arrived && attempt.shop.process.alive && !heardOf) {
        violations.add("every request is answered: one was not by " + attempt.shop.process.name);
      }
    }
  }

  /** Whatever the database can still sell is asked for, and one more of each. */
  private List<String> drain() {
    world.note("-- drain");
    Map<String, Integer> wanted = new TreeMap<>();
    Map<String, List<Request>> asked = new TreeMap<>();
    postgres
        .coupons
        .rows()
        .forEach(
            (id, campaign) -> {
              wanted.put("coupon " + id, (int) campaign.left());
              for (int i = 0; i <= campaign.left(); i++) {
                asked
                    .computeIfAbsent("coupon " + id, k -> new ArrayList<>())
                    .add(coupon("drain" + i, (Long) id));
              }
            });
    postgres
        .stock
        .rows()
        .forEach(
            (id, units) -> {
              wanted.put("product " + id, (int) (long) units);
              for (int i = 0; i <= units; i++) {
                SortedMap<Long, Long> one = new TreeMap<>(Map.of((Long) id, 1L));
                asked
                    .computeIfAbsent("product " + id, k -> new ArrayList<>())
                    .add(order("drain" + i, "drain" + id, one, null));
              }
            });
    asked.values().forEach(all -> all.forEach(this::sendOnce));
    world.run(2 * SECOND);
    List<String> violations = new ArrayList<>();
    asked.forEach(
        (what, all) -> {
          long got = all.stream().filter(Request::isDone).count();
          int left = wanted.getOrDefault(what, 0);
          if (got != left) {
            violations.add("what is left can be had: of " + what + " " + got + " for " + left);
          }
        });
    return violations;
  }
}
