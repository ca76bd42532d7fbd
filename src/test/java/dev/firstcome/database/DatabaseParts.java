package dev.firstcome.database;

import io.r2dbc.spi.ConnectionFactory;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: its real classes over given connections. */
public final class DatabaseParts {

  private DatabaseParts() {}

  public static Database database(ConnectionFactory connections) {
    return new Database(connections);
  }

  /** Broken on purpose: says what a transaction has made before it is committed. */
  public static Database hasty(ConnectionFactory connections) {
    return new Database(connections) {
      @Override
      public <T> Mono<T> transaction(Function<Session, Mono<T>> work) {
        return Mono.create(
            sink ->
                super.transaction(session -> work.apply(session).doOnNext(sink::success))
                    .subscribe(committed -> {}, sink::error));
      }
    };
  }
}
