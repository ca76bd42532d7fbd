package dev.firstcome.simulation;

import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.shop.coupon.IssuedCoupon;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.shop.order.OrderSettings;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.payment.Payment;
import dev.firstcome.shop.point.PointEntry;
import dev.firstcome.simulation.PostgresServer.Adjustment;
import dev.firstcome.simulation.PostgresServer.Event;
import dev.firstcome.simulation.PostgresServer.Issued;
import dev.firstcome.simulation.PostgresServer.Table;
import dev.firstcome.simulation.Request.Heard;
import dev.firstcome.simulation.Request.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must hold once everything has healed and come to rest. Each violation begins with which. */
final class Invariants {

  static final String NEVER_OVER_ISSUED = "no campaign gives out more than it has";
  static final String AUDITED = "each administrative change has its row in the audit";
  static final String NEVER_OVERSOLD = "stock and live orders are what was supplied";
  static final String LEDGER = "a balance is the sum of its ledger";
  static final String HEARD_IS_KEPT = "what was acknowledged is in the database";
  static final String REFUSED_IS_NOTHING = "what was refused left nothing";
  static final String ONE_EFFECT = "one key has one effect";
  static final String COUPON_ONCE = "a coupon serves one live order";
  static final String NOTHING_HELD = "nothing is held for ever";
  static final String NEVER_TOO_STRICT = "the gate is never too strict for good";
  static final String GATE_EXACT = "the gate has what the database has";
  static final String EXACT_OR_SILENT = "a comparison is exact or silent";
  static final String KEYS_END = "every key has an end";
  static final String TOLD = "every event was written once, and delivered";
  static final String CLOSED_IN_TIME = "an unpaid order is closed in time";

  private static final UUID NONE = new UUID(0, 0);

  private final PostgresServer db;
  private final RedisServer redis;
  private final List<Request> requests;
  private final OrderSettings settings;
  private final List<String> violations = new ArrayList<>();
  private Instant drained = Instant.MAX;

  Invariants(PostgresServer db, RedisServer redis, List<Request> requests, OrderSettings settings) {
    this.db = db;
    this.redis = redis;
    this.requests = requests;
    this.settings = settings;
  }

  List<String> whenQuiet() {
    violations.clear();
    coupons();
    stock();
    audit();
    points();
    orders();
    events();
    heard();
    oneEffect();
    gate();
    return List.copyOf(violations);
  }

  /**
   * @param details put together only if they are needed
   */
  private void require(boolean holds, String promise, @Nullable Object... details) {
    if (!holds) {
      violations.add(
          promise
              + ": "
              + Arrays.stream(details).map(String::valueOf).collect(Collectors.joining(" ")));
    }
  }

  private void coupons() {
    Map<Long, Long> rows = new HashMap<>();
    Set<String> owners = new HashSet<>();
    for (Issued row : db.issued.rows().values()) {
      rows.merge(row.couponId(), 1L, Long::sum);
      require(owners.add(row.couponId() + ":" + row.userId()), ONE_EFFECT, row);
    }
    db.coupons
        .rows()
        .forEach(
            (id, campaign) -> {
              long number = rows.getOrDefault(id, 0L);
              boolean exact =
                  number == campaign.issuedQuantity()
                      && number <= campaign.coupon().totalQuantity();
              require(exact, NEVER_OVER_ISSUED, campaign, "has rows:", number);
            });
  }

  /** Each adjustment and each change of a drop has its row in the audit, and nothing else has. */
  private void audit() {
    Map<Object, Integer> noted = new HashMap<>();
    db.audit.rows().values().forEach(subject -> noted.merge(subject, 1, Integer::sum));
    Map<Object, Integer> made = new HashMap<>();
    db.adjustments
        .rows()
        .values()
        .forEach(a -> made.merge("product:" + a.productId(), 1, Integer::sum));
    db.dropVersions.rows().forEach((id, version) -> made.put("drop:" + id, version.intValue()));
    // Each product's first supply and each drop were there from the beginning.
    made.replaceAll((subject, number) -> number - 1);
    made.values().removeIf(number -> number == 0);
    require(noted.equals(made), AUDITED, "audit", noted, "changes", made);
  }

  private void stock() {
    Map<Object, Long> expected = new HashMap<>();
    for (Table<Adjustment> some : List.of(db.adjustments, db.writtenOff)) {
      some.rows().values().forEach(a -> expected.merge(a.productId(), a.delta(), Long::sum));
    }
    for (Order order : db.orders.rows().values()) {
      for (OrderLine line : order.lines()) {
        expected.merge(line.productId(), -RefundStatements.kept(order, line), Long::sum);
      }
    }
    db.stock
        .rows()
        .forEach(
            (id, units) ->
                require(
                    units >= 0 && units.equals(expected.get(id)),
                    NEVER_OVERSOLD,
                    "product",
                    id,
                    "has",
                    units,
                    "expected",
                    expected.get(id)));
  }

  private void points() {
    Map<Object, Long> sums = new HashMap<>();
    for (PointEntry entry : db.entries.rows().values()) {
      long after = sums.merge(entry.userId(), entry.amount(), Long::sum);
      require(after == entry.balanceAfter(), LEDGER, entry, "after", after);
    }
    db.balances
        .rows()
        .forEach(
            (user, balance) ->
                require(
                    balance >= 0 && balance.equals(sums.getOrDefault(user, 0L)),
                    LEDGER,
                    user,
                    "has",
                    balance,
                    "the ledger",
                    sums.get(user)));
  }

  private void orders() {
    Map<UUID, Order> users = new HashMap<>();
    Map<UUID, Payment> payments = new HashMap<>();
    db.payments
        .rows()
        .values()
        .forEach(p -> require(payments.put(p.orderId(), p) == null, ONE_EFFECT, p));
    Set<UUID> names = new HashSet<>();
    for (Order order : db.orders.rows().values()) {
      require(names.add(order.id()), ONE_EFFECT, order);
      Status status = order.status();
      boolean paid = status == Status.PAID || status == Status.REFUNDED;
      Payment payment = payments.get(order.id());
      require(paid == (payment != null), LEDGER, order, "and", payment);
      require(payment == null || payment.id().equals(order.paymentId()), LEDGER, order, payment);
      refunds(order);
      UUID coupon = order.issuedCouponId();
      boolean keeps = status == Status.REFUNDED && !settings.refundReturnsCoupon();
      if (coupon != null && (ShopSql.isLive(order) || keeps)) {
        require(users.put(coupon, order) == null, COUPON_ONCE, coupon);
      }
    }
    for (Issued row : db.issued.rows().values()) {
      Order user = users.get(row.id());
      UUID used = user == null ? null : user.id();
      require(used == null ? row.orderId() == null : used.equals(row.orderId()), COUPON_ONCE, row);
    }
    boolean pending =
        db.orders.rows().values().stream()
            .anyMatch(o -> o.status() == Status.PENDING && isOld(o) && !isPoisoned(o));
    require(!pending, CLOSED_IN_TIME, "one is still pending");
  }

  /**
   * What was given back and what is kept make up what was paid, for each line and in the ledger.
   */
  private void refunds(Order order) {
    Map<Long, Long> units = new HashMap<>();
    long points = 0;
    for (Refund refund : order.refunds()) {
      refund.items().forEach(i -> units.merge(i.productId(), i.quantity(), Long::sum));
      points += refund.items().stream().mapToLong(Refund.Item::amount).sum();
      PointEntry entry = db.entries.rows().get(refund.id());
      long back = entry == null ? 0 : entry.amount();
      require(back == refund.amount(), LEDGER, refund, "gave back", back);
    }
    boolean exact =
        order.lines().stream()
            .allMatch(l -> l.refunded() == units.getOrDefault(l.productId(), 0L) && l.kept() >= 0);
    require(exact, LEDGER, order, "gave back", units);
    long worth = order.lines().stream().mapToLong(l -> l.refund(l.kept()).amount()).sum();
    require(points + worth == order.total(), LEDGER, order, "gave back", points);
    boolean none = order.lines().stream().allMatch(line -> line.kept() == 0);
    require(none == (order.status() == Status.REFUNDED), LEDGER, order, "keeps", worth);
  }

  /** It cannot be closed, because a limit forbids its stock to come back. */
  private boolean isPoisoned(Order order) {
    return db.variant.limitsStock()
        && order.lines().stream().anyMatch(line -> exceeds(line.productId(), line.quantity()));
  }

  private boolean exceeds(long product, long units) {
    return db.stock.rows().getOrDefault(product, 0L) + units > PostgresServer.MOST;
  }

  /** Also a user whose last attempt was lost asks again during the drain. */
  private boolean isOld(Order order) {
    return !order.userId().startsWith("drain") && order.createdAt().isBefore(drained);
  }

  /** From now on orders are made that have no time to be closed. */
  void drains() {
    drained = db.instant();
  }

  private void events() {
    Set<UUID> expected = new HashSet<>();
    Instant any = Instant.EPOCH;
    for (Order order : db.orders.rows().values()) {
      if (order.lines().stream().anyMatch(line -> db.wants(order.userId(), line.productId()))) {
        expected.add(OutboxEvent.of(Consumer.CART, "order.placed", order.id(), any).id());
      }
      for (Refund refund : order.refunds()) {
        expected.add(OutboxEvent.of(Consumer.RANKING, "order.refunded", refund.id(), any).id());
        expected.add(OutboxEvent.of(Consumer.PLATFORM, "payment.refunded", refund.id(), any).id());
      }
    }
    db.payments
        .rows()
        .values()
        .forEach(
            payment -> {
              for (Consumer consumer : List.of(Consumer.RANKING, Consumer.PLATFORM)) {
                expected.add(OutboxEvent.of(consumer, Payment.COMPLETED, payment.id(), any).id());
              }
            });
    Set<UUID> there = new HashSet<>();
    for (Event event : db.outbox.rows().values()) {
      there.add(event.event().id());
    }
    require(expected.equals(there), TOLD, there.size(), "for", expected.size());
  }

  private void heard() {
    Map<UUID, Issued> issued = new HashMap<>();
    db.issued.rows().values().forEach(row -> issued.put(row.id(), row));
    for (Request request : requests) {
      for (Heard heard : request.heard) {
        if (heard.value() != null) {
          require(isKept(heard.value(), request, issued), HEARD_IS_KEPT, request, heard);
        }
      }
      if (isRefused(request)) {
        require(!exists(request, issued), REFUSED_IS_NOTHING, request, request.heard);
      }
    }
  }

  private boolean isKept(Object value, Request request, Map<UUID, Issued> issued) {
    if (value instanceof IssuedCoupon coupon) {
      Issued row = issued.get(coupon.id());
      return row != null
          && row.userId().equals(coupon.userId())
          && row.issuedAt().equals(coupon.issuedAt());
    } else if (value instanceof Order order) {
      Order row = db.orders.rows().get(order.id());
      boolean ended =
          row != null && (row.status() == Status.CANCELLED || row.status() == Status.REFUNDED);
      return row != null
          && content(row).equals(content(order))
          && (request.kind != Kind.CANCEL || ended);
    } else if (value instanceof PointEntry entry) {
      return entry.equals(db.entries.rows().get(entry.id()));
    } else if (value instanceof Payment payment) {
      return payment.equals(db.payments.rows().get(payment.id()));
    } else if (value instanceof Refund refund) {
      return refundsOf(refund.orderId()).contains(refund);
    }
    return request.kind == Kind.LOOK || db.adminRequests.rows().containsKey(request.id);
  }

  private List<Refund> refundsOf(UUID order) {
    Order row = db.orders.rows().get(order);
    return row == null ? List.of() : row.refunds();
  }

  /** What of an order never changes. A cancellation's answer to a repetition has its lines too. */
  private static List<Object> content(Order o) {
    return List.of(
        o.id(),
        o.userId(),
        o.lines().stream().map(OrderLine::amount).toList(),
        o.total(),
        o.discount(),
        o.issuedCouponId() == null ? NONE : o.issuedCouponId(),
        o.fingerprint(),
        o.createdAt(),
        o.paymentDueAt());
  }

  /** Every attempt was heard of, and none says that anything was done or might have been. */
  private static boolean isRefused(Request request) {
    return request.unknown == 0
        && !request.heard.isEmpty()
        && request.heard.size() == request.attempts
        && request.heard.stream()
            .allMatch(h -> h.refusal() != null && !h.refusal().equals("IDEMPOTENCY_KEY_REUSED"));
  }

  private boolean exists(Request request, Map<UUID, Issued> issued) {
    return switch (request.kind) {
      case COUPON -> issued.containsKey(request.id);
      case ORDER -> db.orders.rows().containsKey(request.id);
      case CHARGE -> db.entries.rows().containsKey(request.id);
      case PAYMENT -> db.payments.rows().containsKey(request.id);
      case ADJUSTMENT, CHANGE -> db.adminRequests.rows().containsKey(request.id);
      case REFUND ->
          request.order != null
              && refundsOf(request.order).stream().anyMatch(r -> r.id().equals(request.id));
      case CANCEL, LOOK -> false;
    };
  }

  /** Whatever a key's requests heard is one thing, and there are no more things than keys. */
  private void oneEffect() {
    Map<Kind, Integer> keys = new HashMap<>();
    for (Request request : requests) {
      keys.merge(request.kind, 1, Integer::sum);
      Set<Object> things = new HashSet<>();
      for (Heard heard : request.heard) {
        Object value = heard.value();
        if (value != null && request.kind != Kind.LOOK) {
          things.add(thing(value));
        }
      }
      require(things.size() <= 1, ONE_EFFECT, request, "heard", request.heard);
    }
    long charges =
        db.entries.rows().values().stream().filter(e -> e.type() == PointEntry.Type.CHARGE).count();
    atMost(db.orders.rows().size(), Kind.ORDER, keys);
    atMost(db.payments.rows().size(), Kind.PAYMENT, keys);
    atMost((int) charges, Kind.CHARGE, keys);
    atMost(db.issued.rows().size(), Kind.COUPON, keys);
  }

  private void atMost(int rows, Kind kind, Map<Kind, Integer> keys) {
    require(rows <= keys.getOrDefault(kind, 0), ONE_EFFECT, rows, "rows of", kind);
  }

  private static Object thing(Object value) {
    if (value instanceof Order order) {
      return content(order);
    } else if (value instanceof IssuedCoupon coupon) {
      return List.of(coupon.id(), coupon.issuedAt());
    }
    return value;
  }

  /** Nothing is under way, and whatever a gate has lost or has too much of was found. */
  List<String> gatesExact() {
    violations.clear();
    redis
        .stock("available")
        .forEach(
            (id, open) -> {
              Long units = db.stock.rows().get(Long.valueOf(id));
              require(
                  open.equals(String.valueOf(units)), GATE_EXACT, id, "has", units, "not", open);
            });
    for (Object id : db.coupons.rows().keySet()) {
      String key = "coupon:{" + id + "}:";
      long owners =
          db.issued.rows().values().stream().filter(row -> id.equals(row.couponId())).count();
      boolean exact =
          redis.text(key + "limit") == null || redis.set(key + "holders").size() == owners;
      require(exact, GATE_EXACT, "coupon", id, "of", owners, redis.set(key + "holders"));
    }
    return List.copyOf(violations);
  }

  private void gate() {
    require(redis.wrongLooks().isEmpty(), EXACT_OR_SILENT, redis.wrongLooks());
    require(redis.heldOrders().isEmpty(), NOTHING_HELD, "orders");
    require(redis.stock("lines").isEmpty(), NOTHING_HELD, "order lines");
    redis
        .stock("available")
        .forEach(
            (product, available) -> {
              long units = db.stock.rows().getOrDefault(Long.valueOf(product), 0L);
              long open = Long.parseLong(available);
              require(
                  open >= units,
                  NEVER_TOO_STRICT,
                  "product",
                  product,
                  "has",
                  units,
                  "the gate",
                  available);
            });
    for (Object id : db.coupons.rows().keySet()) {
      String key = "coupon:{" + id + "}:";
      require(redis.sorted(key + "held").isEmpty(), NOTHING_HELD, "coupons of", id);
      if (redis.text(key + "limit") != null) {
        Set<String> strangers = new TreeSet<>(redis.set(key + "holders"));
        db.issued.rows().values().stream()
            .filter(row -> id.equals(row.couponId()))
            .forEach(row -> strangers.remove(row.userId()));
        require(strangers.isEmpty(), NEVER_TOO_STRICT, "coupon", id, "to", strangers);
      }
    }
  }
}
