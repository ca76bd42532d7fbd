package dev.firstcome.database;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One open connection: fixed SQL with {@code $1}, {@code $2} … and arrays for many rows at once.
 * Spring's client would parse named parameters on each call; the lanes have none.
 */
public final class Session {

  private final Connection connection;

  Session(Connection connection) {
    this.connection = connection;
  }

  /** All rows, in order. Callers bound how many there can be. */
  public <R> Mono<List<R>> list(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments) {
    return Flux.from(statement(sql, arguments).execute())
        .concatMap(result -> Flux.<R>from(result.map(row)))
        .collectList();
  }

  /** How many rows the statement changed. */
  public Mono<Long> update(String sql, Object... arguments) {
    return Flux.from(statement(sql, arguments).execute())
        .concatMap(Result::getRowsUpdated)
        .reduce(0L, Long::sum);
  }

  private Statement statement(String sql, Object... arguments) {
    Statement statement = connection.createStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.bind(i, arguments[i]);
    }
    return statement;
  }
}
