package dev.firstcome.database;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
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
    return Mono.usingWhen(
        // Straight from the pool: any operator that cancels what it has received from, as next()
        // does, would put the connection back into the pool while it is in use.
        connections.create(),
        connection ->
            Mono.from(connection.beginTransaction())
                .then(Mono.defer(() -> work.apply(new Session(connection)))),
        connection -> Mono.from(connection.commitTransaction()).then(close(connection)),
        (connection, failure) -> rollback(connection),
        this::rollback);
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

  private Mono<Void> rollback(Connection connection) {
    return Mono.from(connection.rollbackTransaction())
        .onErrorResume(lost -> Mono.empty())
        .then(close(connection));
  }

  private static Mono<Void> close(Connection connection) {
    return Mono.from(connection.close());
  }
}
