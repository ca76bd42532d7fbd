package dev.firstcome.simulation;

import dev.firstcome.infra.postgres.DatabaseParts;
import dev.firstcome.simulation.Faults.Fate;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Ending;
import dev.firstcome.simulation.PostgresServer.Session;
import dev.firstcome.simulation.World.Process;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import io.r2dbc.spi.ConnectionMetadata;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One instance's connections to PostgreSQL, as R2DBC shows them, so that the shop's own {@code
 * Database}, {@code Session} and repositories run unchanged. Calls and replies take time,
 * connections break before a call has its effect or after it, and a process's death leaves its
 * transactions open for a while.
 */
final class PostgresClient implements ConnectionFactory {

  /** {@code spring.r2dbc.pool.max-acquire-time} as the shop sets it. */
  private static final long ACQUIRE_MICROS = 3_000_000;

  private static final long ANSWER_MICROS = DatabaseParts.SETTINGS.answerTimeout().toNanos() / 1000;

  private final World world;
  private final Faults faults;
  private final PostgresServer server;
  private final Process owner;
  private final Set<Wire> open = new LinkedHashSet<>();
  private final Deque<MonoSink<Connection>> waiting = new ArrayDeque<>();
  private int limit = Integer.MAX_VALUE;
  private int lent;
  private final Set<Wire> taken = new LinkedHashSet<>();

  PostgresClient(World world, Faults faults, PostgresServer server, Process owner) {
    this.world = world;
    this.faults = faults;
    this.server = server;
    this.owner = owner;
  }

  /** The server is away: every connection breaks at once, with what was not committed. */
  void serverGone() {
    for (Wire wire : new ArrayList<>(open)) {
      wire.session.end();
      wire.broken();
    }
  }

  /** No more connections at once, from now on; who finds none waits, for a time. */
  void limit(int connections) {
    limit = connections;
  }

  /** For how long somebody has had a connection that nobody else can have, in microseconds. */
  long longestTaken() {
    return taken.stream().mapToLong(wire -> world.micros() - wire.since).max().orElse(0);
  }

  /** This process has died; the server notices sooner or later. */
  void died() {
    for (Wire wire : open) {
      world.after(world.between(0, 2_000_000), null, wire.session::end);
    }
    open.clear();
  }

  @Override
  public Publisher<Connection> create() {
    return Mono.create(this::acquire);
  }

  private void acquire(MonoSink<Connection> sink) {
    if (lent < limit) {
      connect(sink);
      return;
    }
    waiting.add(sink);
    world.after(
        ACQUIRE_MICROS,
        owner,
        () -> {
          if (waiting.remove(sink)) {
            world.note("postgres: no connection for " + owner.name);
            sink.error(Failures.noConnection());
          }
        });
  }

  private void connect(MonoSink<Connection> sink) {
    lent++;
    if (server.away) {
      world.after(faults.latency(), owner, () -> giveBack(() -> sink.error(Failures.lost())));
      return;
    }
    Wire wire = new Wire();
    open.add(wire);
    taken.add(wire);
    sink.success(wire);
  }

  private void giveBack(Runnable then) {
    lent--;
    then.run();
    MonoSink<Connection> next = waiting.poll();
    if (next != null) {
      connect(next);
    }
  }

  @Override
  public ConnectionFactoryMetadata getMetadata() {
    return () -> "simulated";
  }

  private final class Wire implements Connection {

    private final Session session = server.session(owner);
    private final long since = world.micros();
    private boolean lost;
    private boolean closed;
    private @Nullable MonoSink<Answer> pending;

    private Mono<Answer> call(Consumer<Ending> effect) {
      return Mono.create(sink -> send(effect, sink));
    }

    private void send(Consumer<Ending> effect, MonoSink<Answer> sink) {
      if (lost) {
        world.after(0, owner, () -> sink.error(Failures.lost()));
        return;
      }
      pending = sink;
      session.sentAt = world.micros();
      world.after(
          ANSWER_MICROS,
          owner,
          () -> {
            if (pending == sink && !lost) {
              cut();
            }
          });
      Fate fate = faults.postgres();
      world.after(faults.latency(), null, () -> arrive(effect, fate, sink));
    }

    private void arrive(Consumer<Ending> effect, Fate fate, MonoSink<Answer> sink) {
      if (session.isGone()) {
        return;
      }
      if (fate == Fate.LOST_BEFORE) {
        cut();
        return;
      }
      effect.accept(
          (answer, failure) -> {
            world.mix(failure != null ? 1 : answer == null ? 2 : answer.changed() + 3);
            if (fate == Fate.LOST_AFTER) {
              cut();
            } else {
              world.after(faults.latency(), owner, () -> reply(sink, answer, failure));
            }
          });
    }

    private void reply(
        MonoSink<Answer> sink, @Nullable Answer answer, @Nullable Throwable failure) {
      if (pending != sink) {
        return;
      }
      pending = null;
      if (answer != null) {
        sink.success(answer);
      } else if (failure != null) {
        sink.error(failure);
      }
    }

    /** The line breaks; the server may take a while to notice. */
    private void cut() {
      world.note("postgres: connection lost " + owner.name);
      world.after(world.chance(0.7) ? 0 : world.between(0, 5_000_000), null, session::end);
      broken();
    }

    private void broken() {
      lost = true;
      open.remove(this);
      world.after(
          faults.latency(),
          owner,
          () -> {
            MonoSink<Answer> waiting = pending;
            pending = null;
            if (waiting != null) {
              waiting.error(Failures.lost());
            }
          });
    }

    @Override
    public Publisher<Void> beginTransaction() {
      return Mono.fromRunnable(session::begin);
    }

    @Override
    public Publisher<Void> commitTransaction() {
      return call(session::commit).then();
    }

    @Override
    public Publisher<Void> rollbackTransaction() {
      return call(session::rollback).then();
    }

    /** Back into the pool, which does not keep broken ones: nothing of it is used again. */
    @Override
    public Publisher<Void> close() {
      return Mono.fromRunnable(
          () -> {
            if (open.remove(this)) {
              session.end();
            }
            if (!closed) {
              closed = true;
              taken.remove(this);
              giveBack(() -> {});
            }
          });
    }

    @Override
    public Statement createStatement(String sql) {
      return new Prepared(this, Statements.of(sql));
    }

    @Override
    public Publisher<Void> beginTransaction(TransactionDefinition definition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Batch createBatch() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Void> createSavepoint(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAutoCommit() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ConnectionMetadata getMetadata() {
      throw new UnsupportedOperationException();
    }

    @Override
    public IsolationLevel getTransactionIsolationLevel() {
      return IsolationLevel.READ_COMMITTED;
    }

    @Override
    public Publisher<Void> releaseSavepoint(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Void> rollbackTransactionToSavepoint(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Void> setAutoCommit(boolean autoCommit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Void> setLockWaitTimeout(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Void> setStatementTimeout(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Void> setTransactionIsolationLevel(IsolationLevel level) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Publisher<Boolean> validate(ValidationDepth depth) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Prepared implements Statement {

    private final Wire wire;
    private final Statements.Sql sql;
    private final List<Object> arguments = new ArrayList<>();

    Prepared(Wire wire, Statements.Sql sql) {
      this.wire = wire;
      this.sql = sql;
    }

    @Override
    public Statement bind(int index, Object value) {
      if (index != arguments.size()) {
        throw new IllegalArgumentException("bound out of order: " + index);
      }
      arguments.add(value);
      return this;
    }

    @Override
    public Publisher<Result> execute() {
      Object[] bound = arguments.toArray();
      return wire.call(ending -> wire.session.execute(sql, bound, ending))
          .map(answer -> new Rows(sql.columns(), answer));
    }

    @Override
    public Statement add() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Statement bind(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Statement bindNull(int index, Class<?> type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Statement bindNull(String name, Class<?> type) {
      throw new UnsupportedOperationException();
    }
  }

  private record Rows(List<String> columns, Answer answer) implements Result {

    @Override
    public Publisher<Long> getRowsUpdated() {
      return Mono.just(answer.changed());
    }

    @Override
    public <T> Publisher<T> map(Function<? super Readable, ? extends T> row) {
      return Flux.fromIterable(answer.rows()).map(values -> row.apply(new One(columns, values)));
    }

    @Override
    public <T> Publisher<T> map(BiFunction<Row, RowMetadata, ? extends T> row) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Result filter(Predicate<Segment> filter) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> segment) {
      throw new UnsupportedOperationException();
    }
  }

  private record One(List<String> columns, Object[] values) implements Readable {

    @Override
    public <T> @Nullable T get(int index, Class<T> type) {
      return type.cast(values[index]);
    }

    @Override
    public <T> @Nullable T get(String name, Class<T> type) {
      int index = columns.indexOf(name);
      if (index < 0) {
        throw new IllegalArgumentException("no column " + name);
      }
      return type.cast(values[index]);
    }
  }
}
