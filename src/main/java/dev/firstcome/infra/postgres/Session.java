package dev.firstcome.infra.postgres;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One open connection: fixed SQL with {@code $1}, {@code $2} … and arrays for many rows at once.
 * Spring's client would parse named parameters on each call; the lanes have none.
 */
public final class Session implements Reads {

  static final String NOW = "SELECT clock_timestamp()";

  private final Connection connection;
  private final Deadline deadline;

  /**
   * @param deadline after which no statement begins
   */
  Session(Connection connection, Deadline deadline) {
    this.connection = connection;
    this.deadline = deadline;
  }

  @Override
  public <R> Mono<List<R>> list(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments) {
    return execute(sql, arguments).concatMap(result -> Flux.<R>from(result.map(row))).collectList();
  }

  /**
   * Rows, and what PostgreSQL's clock showed when they were read.
   *
   * @param rows in order
   */
  public record Dated<R>(Instant at, List<R> rows) {}

  /**
   * The same for a statement whose first column is {@code clock_timestamp()} and that answers one
   * row at least: one with nothing in its second column stands for no row. So what is decided under
   * locks is decided by the clock of those who wait for them, and costs no statement more.
   */
  public <R> Mono<Dated<R>> dated(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments) {
    return list(
            sql,
            read -> new Read<R>(instant(read), read.get(1) == null ? null : row.apply(read)),
            arguments)
        .map(Session::dated);
  }

  private record Read<R>(Instant at, @Nullable R row) {}

  private static <R> Dated<R> dated(List<Read<R>> read) {
    List<R> rows = new ArrayList<>(read.size());
    for (Read<R> one : read) {
      if (one.row != null) {
        rows.add(one.row);
      }
    }
    return new Dated<>(read.get(0).at, rows);
  }

  /** PostgreSQL's clock, for a decision of which no statement tells it. */
  public Mono<Instant> now() {
    return list(NOW, Session::instant).map(answer -> answer.get(0));
  }

  static Instant instant(Readable row) {
    return row.get(0, Instant.class);
  }

  /** How many rows the statement changed. */
  public Mono<Long> update(String sql, Object... arguments) {
    return execute(sql, arguments).concatMap(Result::getRowsUpdated).reduce(0L, Long::sum);
  }

  private Flux<Result> execute(String sql, Object... arguments) {
    Publisher<? extends Result> results = statement(sql, arguments).execute();
    return Flux.defer(
        () -> deadline.isOver() ? Flux.error(Deadline.Passed::new) : Flux.from(results));
  }

  private Statement statement(String sql, Object... arguments) {
    Statement statement = connection.createStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.bind(i, arguments[i]);
    }
    return statement;
  }
}
