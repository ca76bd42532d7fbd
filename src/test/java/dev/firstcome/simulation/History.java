package dev.firstcome.simulation;

import static dev.firstcome.simulation.PostgresServer.MOST;

import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.coupon.Campaign;
import dev.firstcome.shop.coupon.CouponParts;
import dev.firstcome.shop.coupon.Discount;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.OrderParts;
import dev.firstcome.shop.order.OrderSettings;
import dev.firstcome.shop.payment.PaymentParts;
import dev.firstcome.shop.point.PointEntry;
import dev.firstcome.shop.point.PointParts;
import dev.firstcome.shop.stock.StockParts;
import dev.firstcome.simulation.PostgresServer.Adjustment;
import dev.firstcome.simulation.PostgresServer.Issued;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.Product;
import dev.firstcome.simulation.PostgresServer.StoredCampaign;
import dev.firstcome.simulation.PostgresServer.Tape;
import dev.firstcome.simulation.Request.Attempt;
import dev.firstcome.simulation.Request.Heard;
import dev.firstcome.simulation.Request.Kind;
import dev.firstcome.simulation.World.Process;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One seed's history: a few users and instances, very few things to be had, and whatever can go
 * wrong; then everything heals, and what is left must be right.
 */
final class History {

  static final long SECOND = 1_000_000;

  /** Of a request that may wait for any row. */
  static final Key ANYTHING = new Key("anything", "");

  /** Requests arrive, and faults happen, within this time. */
  static final long RUSH = 15 * SECOND;

  /**
   * Enough for what is found last: a campaign of a crashed instance, held until the sweep's
   * patience is over (30 s, and 12 s to its turn), then compared twice (8 s apart, 6 s to each
   * turn), one look or the other disturbed by another instance.
   */
  private static final long QUIET = 90 * SECOND;

  /** Longer than any transaction takes, its waits for locks and for lost answers included. */
  private static final long LONGEST_TAKEN = 30 * SECOND;

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
  private boolean draining;
  private final boolean adjusted;
  private final Truth truth;
  private final Limits limits;
  private final Administrators administrators;
  private final Weather weather;
  private @Nullable Function<PostgresServer, Tape> tape;

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
    weather = new Weather(world, faults, variant, redis, postgres, shops, requests, this::start);
    campaigns = (int) world.between(1, 3);
    products = (int) world.between(1, 3);
    users = (int) world.between(3, 8);
    lanes =
        new LaneSettings(
            1000,
            (int) world.between(1, 16),
            (int) world.between(1, 2),
            2,
            Duration.ofSeconds(5),
            Duration.ofMillis(3500),
            Duration.ofMillis(50),
            Duration.ofSeconds(1));
    orderSettings =
        new OrderSettings(
            Duration.ofSeconds(world.between(4, 15)),
            Duration.ofSeconds(8),
            (int) world.between(1, 20),
            world.chance(0.5) ? 0 : (int) world.between(1, 4),
            world.chance(0.5));
    adjusted = world.chance(0.3);
    limits = new Limits(world, postgres, orderSettings.maxPending());
    truth = new Truth(world, postgres, limits);
    administrators = new Administrators(world, variant, postgres);
    partitions = seed % 3 == 0 ? 3 : 1;
    for (int i = 0; i < 4; i++) {
      hotMoments.add(world.between(0, RUSH));
    }
  }

  static Outcome of(long seed, Variant variant, boolean traced) {
    return new History(seed, variant, traced).play(seed);
  }

  /**
   * The same, with everything that happens at its PostgreSQL told to somebody. Strangers, who have
   * no session, stay away.
   *
   * @param tape given the server as it is filled, when nothing has happened yet
   */
  static void of(long seed, Function<PostgresServer, Tape> tape) {
    Variant alone = Variant.asBuilt().spared(Strain.STRANGERS);
    History history = new History(seed, alone, false);
    history.tape = tape;
    history.play(seed);
  }

  private Outcome play(long seed) {
    Statements.requireCurrent();
    weather.serversClocks();
    postgres.now(this::fill);
    postgres.watch = limits::committed;
    postgres.tape = tape == null ? null : tape.apply(postgres);
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
    administrators.plan(change -> send(noted(change)));
    weather.plan();
    world.run(RUSH);
    rushing = false;
    weather.heal();
    Invariants invariants = new Invariants(postgres, redis, requests, orderSettings);
    List<String> violations = comeToRest(invariants);
    truth.orders();
    truth.effects(requests);
    violations.addAll(limits.violations());
    truth.violations().stream().filter(this::isAsked).forEach(violations::add);
    weather.violations().stream().filter(this::isAsked).forEach(violations::add);
    if (variant.has(Strain.DEFECTS)) {
      shops.forEach(shop -> violations.addAll(shop.defects()));
    }
    if (violations.isEmpty()) {
      invariants.drains();
      violations.addAll(drain());
      violations.addAll(invariants.whenQuiet());
    }
    return new Outcome(seed, violations, world.hash(), world.steps(), world.trace());
  }

  /** Some variants break a promise that they are not about. */
  private boolean isAsked(String violation) {
    return (variant.has(Strain.FINAL_NO) || !violation.startsWith(Truth.FINAL_NO))
        && (variant.has(Strain.STATUS) || !violation.startsWith(Truth.STATUS_DECIDED));
  }

  /**
   * Everything must come to be as promised, and stay so. Whatever has not after so long is wrong.
   */
  private List<String> comeToRest(Invariants invariants) {
    world.run(weather.lingering());
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
      violations.addAll(variant.has(Strain.KEYS_END) ? redis.endless() : List.of());
      unanswered(violations);
    }
    return violations;
  }

  private Shop start() {
    Process process = new Process("shop" + ++started);
    world.note("-- start " + process.name);
    weather.offset(process);
    return new Shop(process, world, faults, redis, postgres, lanes, orderSettings, partitions);
  }

  private void fill(PostgresServer.Tx tx) {
    Instant start = postgres.instant();
    Instant end = start.plus(Duration.ofDays(1));
    administrators.fill(tx);
    for (long id = 1; id <= campaigns; id++) {
      Discount discount = new Discount(Discount.Type.FIXED, 100 * world.between(1, 3), null);
      Campaign coupon =
          new Campaign(
              id,
              "coupon",
              discount,
              0,
              world.between(1, 5),
              start.minusSeconds(1),
              end,
              end,
              false);
      long early = world.chance(0.3) ? world.between(1, coupon.totalQuantity()) : 0;
      postgres.coupons.put(tx, id, new StoredCampaign(coupon, early));
      for (int i = 0; i < early; i++) {
        Request before = coupon("early" + i, id);
        postgres.issued.put(
            tx,
            ShopSql.issuedKey(id, before.user),
            new Issued(before.id, id, before.user, start, null, null));
      }
    }
    for (int user = 0; user < users; user++) {
      if (world.chance(0.3)) {
        postgres.carts.add("user" + user + " " + world.between(1, products));
      }
    }
    if (variant.has(Strain.BRIM) && world.chance(0.3)) {
      rich(tx, "user" + world.pick(users), MOST - world.between(0, 2000));
    }
    for (long id = 1; id <= products; id++) {
      long units = world.between(0, 10);
      if (variant.has(Strain.BRIM) && world.chance(0.2)) {
        units = MOST - units;
      }
      Long limit = world.chance(0.3) ? world.between(1, 4) : null;
      Long drop = administrators.drop();
      postgres.products.put(tx, id, new Product("product", 100 * world.between(0, 5), limit, drop));
      postgres.stock.put(tx, id, units);
      postgres.adjustments.put(tx, postgres.adjustmentId(), new Adjustment(id, units));
    }
  }

  /** Has charged that much before the history begins. */
  private void rich(PostgresServer.Tx tx, String user, long points) {
    UUID id = charge(user, "before", points).id;
    postgres.balances.put(tx, user, points);
    postgres.entries.put(
        tx,
        id,
        new PointEntry(id, user, PointEntry.Type.CHARGE, points, points, null, World.START));
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
      UUID order = world.pick(mine);
      if (key.hashCode() % 2 == 0) {
        send(cancel(user, order));
      } else {
        sendOnce(refund(user, order, key));
      }
    } else if (dice < 91) {
      send(look(user, key, world.pick(mine)));
    } else if (dice < 94 || !adjusted) {
      send(charge(user, key, world.between(1, 5) * 100));
    } else {
      send(adjustment(world.between(1, products), world.between(-3, 4), key));
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
        null,
        Set.of(postgres.coupons.key(campaign)),
        (shop, k) -> shop.coupons.coupons.issue(campaign, user).map(Heard::of));
  }

  private Request order(
      String user, String key, SortedMap<Long, Long> units, @Nullable UUID coupon) {
    // Now and then somebody asks for something else under a key that was used.
    SortedMap<Long, Long> others = rushing && world.chance(0.1) ? units() : units;
    SortedMap<Long, Long> both = new TreeMap<>(units);
    both.putAll(others);
    return request(
        Kind.ORDER,
        user,
        key,
        OrderParts.idOf(user, key),
        null,
        touched(both, coupon),
        (shop, k) ->
            shop.orders
                .place(user, k, world.chance(0.3) ? others : units, other(user, coupon))
                .map(Heard::of));
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
        null,
        Set.of(postgres.balances.key(user)),
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
        order,
        Set.of(postgres.balances.key(user), postgres.orders.key(order)),
        (shop, k) -> shop.payments.payments.pay(user, k, order).map(Heard::of));
  }

  private Request cancel(String user, UUID order) {
    return request(
        Kind.CANCEL,
        user,
        "cancel",
        order,
        order,
        Set.of(ANYTHING),
        (shop, k) -> shop.payments.cancel(user, order).map(Heard::of));
  }

  /** All that is left, or of some product that the order may have; which of them, the key says. */
  private Request refund(String user, UUID order, String key) {
    int hash = key.hashCode();
    boolean restock = hash % 3 == 0;
    @Nullable Map<Long, Long> units = hash % 5 > 1 ? Map.of(1L + hash % products, 1L) : null;
    UUID id = new UUID(order.getMostSignificantBits(), hash);
    return request(
        Kind.REFUND,
        user,
        key,
        id,
        order,
        Set.of(ANYTHING),
        (shop, k) ->
            shop.payments
                .refund(id, order, units, restock)
                .map(refund -> new Heard(refund, false, null)));
  }

  private Request adjustment(long product, long delta, String key) {
    return request(
        Kind.ADJUSTMENT,
        "admin",
        key,
        StockParts.idOf(product, delta, key),
        null,
        Set.of(postgres.stock.key(product)),
        (shop, k) ->
            shop.stock
                .adjust(product, delta, k)
                .map(reply -> new Heard(reply.body(), reply.replayed(), null)));
  }

  private Request look(String user, String key, UUID order) {
    return request(
        Kind.LOOK,
        user,
        key,
        order,
        order,
        Set.of(),
        (shop, k) ->
            shop.orders
                .look(user, order)
                .map(status -> new Heard(shown(shop, order, status), false, null)));
  }

  private Order.Status shown(Shop shop, UUID id, Order.Status status) {
    Order order = postgres.orders.rows().get(id);
    Instant now = world.clock(() -> shop.process.clockOffset).instant();
    boolean over = order != null && !now.isBefore(order.paymentDueAt());
    return variant.showsByClock() && status == Order.Status.PENDING && over
        ? Order.Status.EXPIRED
        : status;
  }

  private Set<Key> touched(SortedMap<Long, Long> units, @Nullable UUID coupon) {
    Set<Key> touched = new HashSet<>();
    units.keySet().forEach(product -> touched.add(postgres.stock.key(product)));
    if (coupon != null) {
      touched.add(ANYTHING);
    }
    return touched;
  }

  private Request request(
      Kind kind,
      String user,
      String key,
      UUID id,
      @Nullable UUID order,
      Set<Key> touches,
      Request.Call call) {
    return noted(new Request(kind, user, key, id, order, touches, call));
  }

  private Request noted(Request request) {
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
    Attempt attempt = new Attempt(shop, world.micros());
    attempts.add(attempt);
    request.sendings.add(attempt);
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
                      failure -> refused(request, attempt, failure, again));
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

  private void refused(Request request, Attempt attempt, Throwable failure, boolean again) {
    Heard heard = refusal(failure);
    if (heard != null && failure instanceof Refused refused) {
      truth.refused(request, refused, attempt.sent);
    }
    reply(request, attempt, heard, again);
  }

  private void reply(Request request, Attempt attempt, @Nullable Heard heard, boolean again) {
    attempt.answered = true;
    attempt.answeredAt = world.micros();
    if (heard != null && heard.value() instanceof Order.Status status) {
      truth.shown(request.id, status, attempt.sent);
    }
    if (heard != null && heard.value() instanceof Order order && request.kind == Kind.CANCEL) {
      truth.shown(order.id(), order.status(), attempt.sent);
    }
    world.after(faults.latency(), null, () -> hear(request, attempt, heard, again));
  }

  private void hear(Request request, Attempt attempt, @Nullable Heard heard, boolean again) {
    if (attempt.over) {
      return;
    }
    weather.answered(request, attempt.sent, heard != null);
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
    if (world.micros() - attempt.sent >= PATIENCE) {
      weather.answered(request, attempt.sent, false);
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
    // What was shut last is opened by the drain, and stays open.
    boolean late = request.kind == Kind.CHANGE && !rushing;
    if (again && !late && request.attempts < 5 && world.chance(0.7)) {
      world.after(world.between(0, 3 * SECOND), null, () -> askAgain(request));
    }
  }

  /** Nobody takes what the drain has counted. */
  private void askAgain(Request request) {
    if (!draining) {
      attempt(request, world.pick(shops), true);
    }
  }

  // What must be so afterwards.

  private void unanswered(List<String> violations) {
    shops.stream()
        .filter(shop -> shop.process.alive && shop.longestTaken() > LONGEST_TAKEN)
        .forEach(
            s -> violations.add(Invariants.NOTHING_HELD + ": connection of " + s.process.name));
    for (Attempt attempt : attempts) {
      boolean heardOf = attempt.answered || attempt.subscription == null || attempt.over;
      if (attempt.arrived && attempt.shop.process.alive && !heardOf) {
        violations.add("every request is answered: one was not by " + attempt.shop.process.name);
      }
    }
  }

  /** Those who could not take back what they have paid if a limit bound them. */
  private List<String> refused() {
    List<Request> refunds =
        postgres.orders.rows().values().stream()
            .filter(order -> order.status() == Order.Status.PAID && order.total() > 0)
            .filter(
                order -> postgres.balances.rows().getOrDefault(order.userId(), 0L) > MOST - 5000)
            .map(order -> cancel(order.userId(), order.id()))
            .toList();
    refunds.forEach(this::sendOnce);
    world.run(2 * SECOND);
    return refunds.stream()
        .filter(refund -> !refund.isDone())
        .map(refund -> Truth.REFUNDS_ALWAYS + ": " + refund + refund.heard)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** Drops that cannot be opened. */
  private List<String> shut() {
    List<Request> openings = administrators.open();
    openings.forEach(opening -> sendOnce(noted(opening)));
    world.run(openings.isEmpty() ? 0 : 2 * SECOND);
    return openings.stream()
        .filter(opening -> !opening.isDone())
        .map(opening -> "a drop can be opened: " + opening + opening.heard)
        .toList();
  }

  /** Whatever the database can still sell is asked for, and one more of each. */
  private List<String> drain() {
    world.note("-- drain");
    draining = true;
    boolean underWay = attempts.stream().anyMatch(a -> !a.over && a.sent > world.micros() - SECOND);
    world.run(underWay ? SECOND : 0);
    List<String> violations = refused();
    violations.addAll(shut());
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
              if (units > MOST / 2) {
                return;
              }
              wanted.put("product " + id, (int) (long) units);
              for (int i = 0; i <= units; i++) {
                SortedMap<Long, Long> one = new TreeMap<>(Map.of((Long) id, 1L));
                asked
                    .computeIfAbsent("product " + id, k -> new ArrayList<>())
                    .add(order("drain" + id + "-" + i, "drain", one, null));
              }
            });
    asked.values().forEach(all -> all.forEach(this::sendOnce));
    world.run(2 * SECOND);
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
