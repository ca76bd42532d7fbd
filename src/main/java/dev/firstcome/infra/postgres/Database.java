package dev.firstcome.infra.postgres;

import static java.util.Objects.requireNonNull;

import dev.firstcome.infra.observe.Timers;
import io.micrometer.core.instrument.Timer;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import java.util.List;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** PostgreSQL for the lanes and for reads that no repository serves. */
@Component
public class Database implements Reads {

  /** In the Reactor context of a batch: the {@link Timer} of its transactions. */
  public static final Object COMMITS = "firstcome.commits";

  private final ConnectionFactory connections;

  Database(ConnectionFactory connections) {
    this.connections = connections;
  }

  /**
   * One READ COMMITTED transaction, committed before the value is emitted and rolled back on any
   * error, and also when the {@link Deadline} in the context has passed. Never cancel it
   * (pgjdbc/r2dbc-postgresql #731 wedges the connection): the lanes and the web filter shield it.
   */
  public <T> Mono<T> transaction(Function<Session, Mono<T>> work) {
    return Mono.deferContextual(context -> timed(context, transaction(work, Deadline.in(context))));
  }

  private <T> Mono<T> transaction(Function<Session, Mono<T>> work, Deadline deadline) {
    return Mono.usingWhen(
            // Straight from the pool: any operator that cancels what it has received from, as
            // next() does, would put the connection back into the pool while it is in use.
            connections.create(),
            connection ->
                begin(connection, deadline)
                    .then(Mono.defer(() -> work.apply(new Session(connection, deadline)))),
            connection -> commit(connection, deadline),
            (connection, failure) -> rollback(connection),
            this::rollback)
        // usingWhen wraps what a commit says; the caller needs the driver's own words to know what
        // the failure means.
        .onErrorMap(Database::isOfCommit, failure -> requireNonNull(failure.getCause()));
  }

  private static boolean isOfCommit(Throwable failure) {
    return failure.getCause() instanceof R2dbcException
        || failure.getCause() instanceof Deadline.Passed;
  }

  /** For a lane under the lane's name; others are not waited for by anybody. */
  private static <T> Mono<T> timed(ContextView context, Mono<T> whole) {
    return context.<Timer>getOrEmpty(COMMITS).map(timer -> Timers.over(timer, whole)).orElse(whole);
  }

  /** One statement in autocommit mode. */
  @Override
  public <R> Mono<List<R>> list(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments) {
    return autocommit(session -> session.list(sql, row, arguments));
  }

  /** One statement in autocommit mode; how many rows it changed. */
  public Mono<Long> update(String sql, Object... arguments) {
    return autocommit(session -> session.update(sql, arguments));
  }

  private <T> Mono<T> autocommit(Function<Session, Mono<T>> work) {
    return Mono.deferContextual(
        context ->
            Mono.usingWhen(
                connections.create(),
                connection -> autocommit(connection, Deadline.in(context), work),
                Connection::close,
                (connection, failure) -> connection.close(),
                Connection::close));
  }

  /** Such a statement is its own commit. */
  private static <T> Mono<T> autocommit(
      Connection connection, Deadline deadline, Function<Session, Mono<T>> work) {
    return deadline.mayCommit()
        ? work.apply(new Session(connection, deadline))
        : Mono.error(Deadline.Passed::new);
  }

  /** The wait for the connection may have been long. */
  private static Mono<Void> begin(Connection connection, Deadline deadline) {
    return deadline.isOver()
        ? Mono.error(Deadline.Passed::new)
        : Mono.from(connection.beginTransaction());
  }

  /** After a failed commit nobody else cleans up: the connection would never come back. */
  private Mono<Void> commit(Connection connection, Deadline deadline) {
    Mono<Void> commit =
        deadline.mayCommit()
            ? Mono.from(connection.commitTransaction())
            : Mono.error(Deadline.Passed::new);
    return commit
        .onErrorResume(failure -> rollback(connection).then(Mono.error(() -> failure)))
        .then(close(connection));
  }

  private Mono<Void> rollback(Connection connection) {
    return Mono.from(connection.rollbackTransaction())
        .onErrorResume(lost -> Mono.empty())
        .then(close(connection));
  }

  private static Mono<Void> close(Connection connection) {
    return Mono.from(connection.close());
  }
}
