package dev.firstcome.simulation;

import dev.firstcome.coupon.Coupon;
import dev.firstcome.order.Order;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.payment.Payment;
import dev.firstcome.point.PointEntry;
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

  /** {@code firstcome.database.lock-timeout}'s default. */
  private static final long LOCK_TIMEOUT_MICROS = 3_000_000;

  private final World world;
  final Variant variant;
  private final Map<Key, Lock> locks = new HashMap<>();
  private final List<Table<?>> tables = new ArrayList<>();
  boolean away;
  private long lastAdjustment;

  /** Users and what is in their carts. */
  final Set<String> carts = new HashSet<>();

  final Table<Campaign> coupons = new Table<>("coupons");
  final Table<Issued> issued = new Table<>("issued_coupons");
  final Table<Product> products = new Table<>("products");
  final Table<Long> stock = new Table<>("stock");

  /** A column of stock that only adjustments know. */
  final Table<Long> fences = new Table<>("stock.fence");

  final Table<Adjustment> adjustments = new Table<>("stock_adjustments");
  final Table<Order> orders = new Table<>("orders");
  final Table<Long> balances = new Table<>("point_balances");
  final Table<PointEntry> entries = new Table<>("point_entries");
  final Table<Payment> payments = new Table<>("payments");
  final Table<Event> outbox = new Table<>("outbox");

  record Campaign(Coupon coupon, long issuedQuantity) {

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

  record Product(String name, long price) {}

  record Adjustment(long productId, long delta) {}

  record Event(OutboxEvent event, Instant nextAttemptAt, int attempts) {}

  /** Something that can be locked: a row, or a name that a unique index keeps. */
  record Key(String where, Object what) {}

  PostgresServer(World world, Variant variant) {
    this.world = world;
    this.variant = variant;
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

    /** As everybody sees them who begins now. */
    Map<Object, R> rows() {
      return committed;
    }

    @SuppressWarnings("unchecked")
    private void commit(Map<Object, @Nullable Object> writes) {
      writes.forEach(
          (key, row) -> {
            if (row == null) {
              committed.remove(key);
            } else {
              committed.put(key, (R) row);
            }
          });
    }

    @SuppressWarnings("unchecked")
    private @Nullable R cast(@Nullable Object row) {
      return (R) row;
    }
  }

  /** Whether it is in the user's cart; nothing in a cart ever changes here. */
  boolean wants(String user, long product) {
    return carts.contains(user + " " + product);
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

    private void commit() {
      writes.forEach((place, rows) -> tables.get(place).commit(rows));
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
    private @Nullable Tx tx;
    private boolean explicit;
    private boolean aborted;
    private boolean gone;
    private int statement;

    boolean isGone() {
      return gone;
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
      Tx mine = tx == null ? new Tx() : tx;
      tx = mine;
      int number = ++statement;
      List<Key> wanted;
      try {
        wanted = sql.locks().of(PostgresServer.this, mine, arguments);
      } catch (R2dbcException failure) {
        fail(failure, ending);
        return;
      }
      acquire(wanted, 0, mine, number, ending, () -> finish(sql, arguments, mine, wanted, ending));
    }

    private void acquire(
        List<Key> wanted, int from, Tx mine, int number, Ending ending, Runnable then) {
      for (int i = from; i < wanted.size(); i++) {
        if (!mine.tryLock(wanted.get(i))) {
          int next = i + 1;
          await(
              wanted.get(i),
              mine,
              number,
              ending,
              () -> acquire(wanted, next, mine, number, ending, then));
          return;
        }
      }
      then.run();
    }

    private void await(Key key, Tx mine, int number, Ending ending, Runnable granted) {
      Lock lock = locks.get(key);
      if (lock == null) {
        throw new IllegalStateException("not locked: " + key);
      }
      if (waitsForMe(lock, mine)) {
        world.note("postgres: deadlock over " + key);
        fail(Failures.deadlock(), ending);
        return;
      }
      mine.waitingFor = lock;
      Disposable limit =
          world.after(
              LOCK_TIMEOUT_MICROS,
              null,
              () -> {
                if (mine.waitingFor == lock && statement == number) {
                  stopWaiting(mine);
                  world.note("postgres: lock timeout over " + key);
                  fail(Failures.lockTimeout(), ending);
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
        fail(failure, ending);
        return;
      }
      if (world.traced()) {
        world.note("postgres: " + sql.name() + " " + Statements.text(arguments, answer));
      }
      if (!explicit) {
        mine.commit();
        tx = null;
      }
      ending.of(answer, null);
    }

    private void fail(R2dbcException failure, Ending ending) {
      world.note("postgres: " + failure.getSqlState() + " " + failure.getMessage());
      rollBack();
      aborted = explicit;
      ending.of(null, failure);
    }

    void commit(Ending ending) {
      if (tx != null) {
        tx.commit();
        tx = null;
      }
      explicit = false;
      world.note("postgres: commit");
      ending.of(new Answer(List.of(), 0), null);
    }

    void rollback(Ending ending) {
      rollBack();
      explicit = false;
      aborted = false;
      ending.of(new Answer(List.of(), 0), null);
    }

    /** The connection is gone, and what was not committed with it. */
    void end() {
      gone = true;
      rollBack();
    }

    private void rollBack() {
      Tx mine = tx;
      tx = null;
      if (mine != null) {
        stopWaiting(mine);
        mine.release();
      }
    }
  }

  Session session() {
    return new Session();
  }

  /** Does this at once, in a transaction of its own: how a world is set up. */
  void now(Consumer<Tx> work) {
    Tx tx = new Tx();
    work.accept(tx);
    tx.commit();
  }
}
