package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Somebody's transaction that has done its work, holds what it locked, and commits only when it is
 * told: a psql in a night shift.
 *
 * @param <R> what its work answered
 */
public final class Stranger<R> implements AutoCloseable {

  private final Sinks.Empty<Void> end = Sinks.empty();
  private final CompletableFuture<R> whole;

  private Stranger(Database database, Function<Session, Mono<R>> work) {
    CompletableFuture<R> done = new CompletableFuture<>();
    whole =
        database
            .transaction(
                session ->
                    session
                        .update("SET LOCAL idle_in_transaction_session_timeout = 0")
                        .then(Mono.defer(() -> work.apply(session)))
                        .doOnNext(done::complete)
                        .doOnError(done::completeExceptionally)
                        .delayUntil(result -> end.asMono()))
            .toFuture();
    requireNonNull(Mono.fromFuture(done).block(SOON));
  }

  /** Returns when the work is done. */
  public static <R> Stranger<R> does(Database database, Function<Session, Mono<R>> work) {
    return new Stranger<>(database, work);
  }

  /** Returns when the statement, an UPDATE or a SELECT FOR UPDATE, has locked its rows. */
  public static Stranger<Long> locks(Database database, String statement, Object... arguments) {
    return new Stranger<>(
        database,
        session ->
            session
                .update(statement, arguments)
                .filter(rows -> rows > 0)
                .switchIfEmpty(
                    Mono.error(() -> new IllegalStateException("locks nothing: " + statement))));
  }

  /** Commits, and answers what the work did. */
  public R goes() {
    end.tryEmitEmpty();
    return requireNonNull(Mono.fromFuture(whole).block(SOON));
  }

  @Override
  public void close() {
    goes();
  }
}
