package dev.firstcome.database;

import static java.util.Objects.requireNonNull;

import dev.firstcome.batch.BatchLane;
import dev.firstcome.batch.Times;
import io.micrometer.core.instrument.Timer;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import java.util.List;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** PostgreSQL for the lanes and for reads that no repository serves. */
@Component
public class Database {

  private final ConnectionFactory connections;

  Database(ConnectionFactory connections) {
    this.connections = connections;
  }

  /**
   * One READ COMMITTED transaction, committed before the value is emitted and rolled back on any
   * error. Never cancel it (pgjdbc/r2dbc-postgresql #731 wedges the connection): the lanes and the
   * web filter shield it.
   */
  public <T> Mono<T> transaction(Function<Session, Mono<T>> work) {
    Mono<T> whole =
        Mono.usingWhen(
            // Straight from the pool: any operator that cancels what it has received from, as
            // next()
            // does, would put the connection back into the pool while it is in use.
            connections.create(),
            connection ->
                Mono.from(connection.beginTransaction())
                    .then(Mono.defer(() -> work.apply(new Session(connection)))),
            this::commit,
            (connection, failure) -> rollback(connection),
            this::rollback);
    // usingWhen wraps what a commit says; whoever asks what the failure means needs its own words.
    return timed(
        whole.onErrorMap(
            failure -> failure.getCause() instanceof R2dbcException,
            failure -> requireNonNull(failure.getCause())));
  }

  /** For a lane under the lane's name; others are not waited for by anybody. */
  private static <T> Mono<T> timed(Mono<T> whole) {
    return Mono.deferContextual(
        context ->
            context
                .<Timer>getOrEmpty(BatchLane.COMMITS)
                .map(timer -> Times.over(timer, whole))
                .orElse(whole));
  }

  /** One statement in autocommit mode. */
  public <R> Mono<List<R>> list(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments) {
    return autocommit(session -> session.list(sql, row, arguments));
  }

  /** One statement in autocommit mode; how many rows it changed. */
  public Mono<Long> update(String sql, Object... arguments) {
    return autocommit(session -> session.update(sql, arguments));
  }

  private <T> Mono<T> autocommit(Function<Session, Mono<T>> work) {
    return Mono.usingWhen(
        connections.create(),
        connection -> work.apply(new Session(connection)),
        Connection::close,
        (connection, failure) -> connection.close(),
        Connection::close);
  }

  /** After a failed commit nobody else cleans up: the connection would never come back. */
  private Mono<Void> commit(Connection connection) {
    return Mono.from(connection.commitTransaction())
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
