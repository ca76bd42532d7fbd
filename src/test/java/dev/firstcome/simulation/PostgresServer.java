package dev.firstcome.simulation;

import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.infra.postgres.DatabaseParts;
import dev.firstcome.shop.coupon.Campaign;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.payment.Payment;
import dev.firstcome.shop.point.PointEntry;
import dev.firstcome.simulation.World.Process;
import io.r2dbc.spi.R2dbcException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * A PostgreSQL in memory, as far as the shop's fixed statements can tell: READ COMMITTED, where
 * each statement sees what is committed when it has its locks; row locks that are waited for in
 * turn, with deadlocks found and a time limit; unique keys that wait for an uncommitted rival; the
 * constraints of {@code db/migration} by name.
 */
final class PostgresServer {

  private static final long LOCK_TIMEOUT_MICROS =
      DatabaseParts.SETTINGS.lockTimeout().toNanos() / 1000;

  private static final long FOR_EVER_MICROS = 1_000_000_000_000L;

  /** Of units in stock, and of points, as the schema has it. */
  static final long MOST = 1_000_000_000;

  private final World world;
  final Variant variant;
  private final Map<Key, Lock> locks = new HashMap<>();
  private final List<Table<?>> tables = new ArrayList<>();
  boolean away;
  @Nullable Tape tape;

  /** Of its clock, in microseconds. */
  long clockOffset;

  private long lastAdjustment;
  private long lastAudit;

  /** Users and what is in their carts. */
  final Set<String> carts = new HashSet<>();

  final Table<StoredCampaign> coupons = new Table<>("coupons");
  final Table<Issued> issued = new Table<>("issued_coupons");
  final Table<Product> products = new Table<>("products");
  final Table<Long> stock = new Table<>("stock");

  /** A column of stock that only adjustments know. */
  final Table<Long> fences = new Table<>("stock.fence");

  /** A column of stock that only orders write. */
  final Table<Instant> orderedAt = new Table<>("stock.ordered_at");

  final Table<Drop> drops = new Table<>("drops");

  /** A column of drops. */
  final Table<Long> dropVersions = new Table<>("drops.version");

  final Table<Boolean> buyers = new Table<>("buyers");
  final Table<Adjustment> adjustments = new Table<>("stock_adjustments");

  /** Those of them that a refund made. */
  final Table<Adjustment> writtenOff = new Table<>("stock_adjustments of refunds");

  final Table<Order> orders = new Table<>("orders");
  final Table<Long> balances = new Table<>("point_balances");
  final Table<PointEntry> entries = new Table<>("point_entries");
  final Table<Payment> payments = new Table<>("payments");
  final Table<Event> outbox = new Table<>("outbox");
  final Table<Aside> aside = new Table<>("set_aside");
  final Table<AdminRequest> adminRequests = new Table<>("admin_requests");

  /** The subjects of its rows. */
  final Table<String> audit = new Table<>("audit");

  record StoredCampaign(Campaign coupon, long issuedQuantity) {

    long left() {
      return coupon.totalQuantity() - issuedQuantity;
    }
  }

  record Issued(
      UUID id,
      long couponId,
      String userId,
      Instant issuedAt,
      @Nullable Instant usedAt,
      @Nullable UUID orderId) {}

  /**
   * @param maxPerUser null: no limit
   * @param dropId null: none binds it
   */
  record Product(String name, long price, @Nullable Long maxPerUser, @Nullable Long dropId) {}

  record Adjustment(long productId, long delta) {}

  /** The first answer to a key; without one while it is being made. */
  record AdminRequest(
      UUID fingerprint,
      @Nullable Integer status,
      @Nullable String location,
      @Nullable String etag,
      @Nullable String body) {

    @Nullable Object[] columns() {
      return new @Nullable Object[] {fingerprint, status, location, etag, body};
    }
  }

  record Aside(String job, int attempts, Instant nextAttemptAt) {}

  record Event(OutboxEvent event, Instant nextAttemptAt, int attempts) {}

  /** Something that can be locked: a row, or a name that a unique index keeps. */
  record Key(String where, Object what) {}

  PostgresServer(World world, Variant variant) {
    this.world = world;
    this.variant = variant;
  }

  /** Hears of every order that a commit has written, as soon as everybody can see it. */
  @FunctionalInterface
  interface Watch {
    /**
     * @param begun when its transaction began, in the world's microseconds
     */
    void committed(Order order, long begun);
  }

  Watch watch = (order, begun) -> {};

  /** What its clock shows. */
  Instant clock() {
    return instant();
  }

  /** What a statement comes to: rows, or how many it changed. */
  record Answer(List<Object[]> rows, long changed) {}

  /** Hears how a call ended: with an answer or with a failure. */
  @FunctionalInterface
  interface Ending {
    void of(@Nullable Answer answer, @Nullable R2dbcException failure);
  }

  /** Rows by key, in the order in which they were committed. */
  final class Table<R> {
    final String name;
    private final int place = tables.size();
    private final Map<Object, R> committed = new LinkedHashMap<>();

    /** What each row was, from when on. */
    private final Map<Object, TreeMap<Long, R>> pasts = new LinkedHashMap<>();

    /**
     * When the commit that made each row was sent, which may come after its connection was lost.
     */
    private final Map<Object, Long> asked = new LinkedHashMap<>();

    Table(String name) {
      this.name = name;
      tables.add(this);
    }

    Key key(Object what) {
      return new Key(name, what);
    }

    @Nullable R get(Tx tx, Object key) {
      Map<Object, @Nullable Object> mine = tx.writes.get(place);
      return mine != null && mine.containsKey(key) ? cast(mine.get(key)) : committed.get(key);
    }

    List<R> all(Tx tx) {
      Map<Object, @Nullable Object> mine = tx.writes.get(place);
      if (mine == null) {
        return new ArrayList<>(committed.values());
      }
      Map<Object, @Nullable Object> rows = new LinkedHashMap<>(committed);
      rows.putAll(mine);
      List<R> all = new ArrayList<>();
      for (Object row : rows.values()) {
        if (row != null) {
          all.add(cast(row));
        }
      }
      return all;
    }

    void put(Tx tx, Object key, @Nullable R row) {
      tx.writes.computeIfAbsent(place, p -> new LinkedHashMap<>()).put(key, row);
    }

    /** The caller holds the name's lock. */
    void insert(Tx tx, Object key, R row, String constraint) {
      if (get(tx, key) == null) {
        put(tx, key, row);
      } else if (variant.enforces(constraint)) {
        throw Failures.unique(constraint);
      } else {
        put(tx, List.of(key, world.between(0, Long.MAX_VALUE - 1)), row);
      }
    }

    /** What a row was at a moment, and everything that it has been since. */
    List<R> since(Object key, long micros) {
      TreeMap<Long, R> past = pasts.getOrDefault(key, new TreeMap<>());
      Long then = past.floorKey(micros);
      return List.copyOf(past.tailMap(then == null ? micros : then, true).values());
    }

    /** Whether there was such a row at a moment. */
    boolean wasThere(Object key, long micros) {
      return pasts.getOrDefault(key, new TreeMap<>()).floorKey(micros) != null;
    }

    Map<Object, TreeMap<Long, R>> pasts() {
      return pasts;
    }

    long askedAt(Object key) {
      return asked.getOrDefault(key, 0L);
    }

    /** As everybody sees them who begins now. */
    Map<Object, R> rows() {
      return committed;
    }

    @SuppressWarnings("unchecked")
    private void commit(Map<Object, @Nullable Object> writes, long sent) {
      writes.forEach(
          (key, row) -> {
            if (row == null) {
              committed.remove(key);
            } else {
              committed.put(key, (R) row);
              pasts.computeIfAbsent(key, k -> new TreeMap<>()).put(world.micros(), (R) row);
              asked.putIfAbsent(key, sent);
            }
          });
    }

    @SuppressWarnings("unchecked")
    private @Nullable R cast(@Nullable Object row) {
      return (R) row;
    }
  }

  /** The clock that decides. */
  Instant instant() {
    return instantAt(world.micros());
  }

  /** What it showed or will show at a moment of the world. */
  Instant instantAt(long micros) {
    return World.START.plusNanos((micros + clockOffset) * 1000);
  }

  /** Whether it is in the user's cart; nothing in a cart ever changes here. */
  boolean wants(String user, long product) {
    return carts.contains(user + " " + product);
  }

  long auditId() {
    return ++lastAudit;
  }

  long adjustmentId() {
    return ++lastAdjustment;
  }

  /** A CHECK. */
  void check(boolean holds, String constraint) {
    if (!holds && variant.enforces(constraint)) {
      throw Failures.check(constraint);
    }
  }

  /** A transaction: what it wrote is nobody else's before the commit. */
  final class Tx {
    private final Map<Integer, Map<Object, @Nullable Object>> writes = new HashMap<>();
    private final Set<Key> held = new LinkedHashSet<>();
    private @Nullable Lock waitingFor;
    private final @Nullable Process client;

    /** When its first statement came, in the world's microseconds. */
    private final long begun = world.micros();

    /**
     * @param client null: somebody whom the shop does not know
     */
    Tx(@Nullable Process client) {
      this.client = client;
    }

    /** What the clock of the one who asks shows. */
    Instant clientsClock() {
      long offset = client == null ? 0 : client.clockOffset;
      return World.START.plusNanos((world.micros() + offset) * 1000);
    }

    /** How long it waits for a lock, in microseconds. */
    long lockTimeout = LOCK_TIMEOUT_MICROS;

    /** The lock, if nobody else has it. */
    boolean tryLock(Key key) {
      Lock lock = locks.get(key);
      if (lock == null) {
        locks.put(key, new Lock(this));
        held.add(key);
        return true;
      }
      return lock.owner == this;
    }

    /** The lock goes to the next before this transaction ends. */
    void letGo(Key key) {
      held.remove(key);
      passOn(key);
    }

    private void commit(long sent) {
      writes.forEach((place, rows) -> tables.get(place).commit(rows, sent));
      Map<Object, @Nullable Object> written = writes.getOrDefault(orders.place, Map.of());
      written.values().forEach(row -> watch.committed((Order) requireNonNull(row), begun));
      release();
    }

    private void release() {
      writes.clear();
      List<Key> mine = new ArrayList<>(held);
      held.clear();
      mine.forEach(PostgresServer.this::passOn);
    }
  }

  private static final class Lock {
    Tx owner;
    final Deque<Waiter> queue = new ArrayDeque<>();

    Lock(Tx owner) {
      this.owner = owner;
    }
  }

  /** Hears of everything that sessions do, in order. */
  interface Tape {

    /** A statement must wait for a lock. */
    void waits(Session session, Statements.Sql sql, Object[] arguments);

    void ran(
        Session session,
        Statements.Sql sql,
        Object[] arguments,
        @Nullable Answer answer,
        @Nullable R2dbcException failure);

    /** A transaction is over, or a statement that was none's. */
    void ended(Session session, boolean committed);
  }

  private record Waiter(Tx tx, Runnable granted) {}

  private void passOn(Key key) {
    Lock lock = locks.get(key);
    if (lock == null) {
      return;
    }
    Waiter next = lock.queue.poll();
    if (next == null) {
      locks.remove(key);
      return;
    }
    lock.owner = next.tx;
    next.tx.held.add(key);
    next.tx.waitingFor = null;
    // Not within the other's commit, though at the same time.
    world.after(0, null, next.granted);
  }

  /** A connection's other end. */
  final class Session {
    /** When the last message on it was sent, in the world's microseconds. */
    long sentAt;

    private @Nullable Tx tx;
    private boolean explicit;
    private boolean aborted;
    private boolean gone;
    private int statement;
    private final Process client;

    Session(Process client) {
      this.client = client;
    }

    boolean isGone() {
      return gone;
    }

    boolean isExplicit() {
      return explicit;
    }

    void begin() {
      explicit = true;
      aborted = false;
    }

    void execute(Statements.Sql sql, Object[] arguments, Ending ending) {
      if (aborted) {
        ending.of(null, Failures.aborted());
        return;
      }
      Tx mine = tx == null ? new Tx(client) : tx;
      tx = mine;
      int number = ++statement;
      List<Key> wanted;
      try {
        wanted = sql.locks().of(PostgresServer.this, mine, arguments);
      } catch (R2dbcException failure) {
        fail(sql, arguments, failure, ending);
        return;
      }
      acquire(sql, arguments, wanted, 0, mine, number, ending);
    }

    private void acquire(
        Statements.Sql sql,
        Object[] arguments,
        List<Key> wanted,
        int from,
        Tx mine,
        int number,
        Ending ending) {
      for (int i = from; i < wanted.size(); i++) {
        if (!mine.tryLock(wanted.get(i))) {
          int next = i + 1;
          if (tape != null && from == 0) {
            tape.waits(this, sql, arguments);
          }
          await(
              wanted.get(i),
              mine,
              number,
              failure -> fail(sql, arguments, failure, ending),
              () -> acquire(sql, arguments, wanted, next, mine, number, ending));
          return;
        }
      }
      finish(sql, arguments, mine, wanted, ending);
    }

    private void await(
        Key key, Tx mine, int number, Consumer<R2dbcException> failed, Runnable granted) {
      Lock lock = locks.get(key);
      if (lock == null) {
        throw new IllegalStateException("not locked: " + key);
      }
      if (waitsForMe(lock, mine)) {
        world.note("postgres: deadlock over " + key);
        failed.accept(Failures.deadlock());
        return;
      }
      mine.waitingFor = lock;
      Disposable limit =
          world.after(
              variant.waitsForLocks() ? FOR_EVER_MICROS : mine.lockTimeout,
              null,
              () -> {
                if (mine.waitingFor == lock && statement == number) {
                  stopWaiting(mine);
                  world.note("postgres: lock timeout over " + key);
                  failed.accept(Failures.lockTimeout());
                }
              });
      lock.queue.add(
          new Waiter(
              mine,
              () -> {
                limit.dispose();
                if (tx == mine) {
                  granted.run();
                }
              }));
    }

    private static boolean waitsForMe(Lock lock, Tx me) {
      Lock next = lock;
      while (next != null) {
        if (next.owner == me) {
          return true;
        }
        next = next.owner.waitingFor;
      }
      return false;
    }

    private static void stopWaiting(Tx mine) {
      if (mine.waitingFor != null) {
        mine.waitingFor.queue.removeIf(waiter -> waiter.tx == mine);
        mine.waitingFor = null;
      }
    }

    private void finish(
        Statements.Sql sql, Object[] arguments, Tx mine, List<Key> locked, Ending ending) {
      Answer answer;
      try {
        answer = sql.body().run(PostgresServer.this, mine, arguments, locked);
      } catch (R2dbcException failure) {
        fail(sql, arguments, failure, ending);
        return;
      }
      if (tape != null) {
        tape.ran(this, sql, arguments, answer, null);
      }
      if (world.traced()) {
        world.note("postgres: " + sql.name() + " " + Statements.text(arguments, answer));
      }
      if (!explicit) {
        end(true);
      }
      ending.of(answer, null);
    }

    private void fail(
        Statements.Sql sql, Object[] arguments, R2dbcException failure, Ending ending) {
      if (tape != null) {
        tape.ran(this, sql, arguments, null, failure);
      }
      world.note("postgres: " + failure.getSqlState() + " " + failure.getMessage());
      end(false);
      aborted = explicit;
      ending.of(null, failure);
    }

    void commit(Ending ending) {
      end(true);
      explicit = false;
      world.note("postgres: commit");
      ending.of(new Answer(List.of(), 0), null);
    }

    void rollback(Ending ending) {
      end(false);
      explicit = false;
      aborted = false;
      ending.of(new Answer(List.of(), 0), null);
    }

    /** The connection is gone, and what was not committed with it. */
    void end() {
      gone = true;
      end(false);
    }

    private void end(boolean committing) {
      Tx mine = tx;
      tx = null;
      if (mine == null) {
        return;
      }
      if (tape != null) {
        tape.ended(this, committing);
      }
      stopWaiting(mine);
      if (committing) {
        mine.commit(sentAt);
      } else {
        mine.release();
      }
    }
  }

  Session session(Process client) {
    return new Session(client);
  }

  /** Somebody whom the shop does not know locks what nobody has locked, and keeps it. */
  boolean lock(Key key, long micros) {
    Tx stranger = new Tx(null);
    boolean free = stranger.tryLock(key);
    if (free) {
      world.note("-- a stranger locks " + key);
      world.after(
          micros,
          null,
          () -> {
            world.note("-- a stranger lets go of " + key);
            stranger.release();
          });
    }
    return free;
  }

  /** Does this at once, in a transaction of its own: how a world is set up. */
  void now(Consumer<Tx> work) {
    Tx tx = new Tx(null);
    work.accept(tx);
    tx.commit(0);
  }
}
