package dev.firstcome.infra.postgres;

import dev.firstcome.infra.jobs.PeriodicJobs;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * PostgreSQL for reads that may be a moment old: a replica, as long as it keeps up, else the
 * primary. Nothing that is somebody's own, and nothing that decides anything, is read here.
 *
 * <p>It keeps up if it has replayed what the primary had written one look ago. That is trusted for
 * two looks, so a read is behind by three at the most; a look that fails or does not come leads
 * everything to the primary. One that has been promoted, or is no replica, never keeps up.
 */
public final class Replica implements AutoCloseable {

  /** Looks in the time by which it may be behind: three of them count, one is for the asking. */
  private static final int LOOKS = 4;

  private static final String WRITTEN = "SELECT pg_current_wal_lsn()::text";

  private static final String HAS =
      """
      SELECT pg_is_in_recovery() AND coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false)
      """;

  private final Database primary;
  private final @Nullable ConnectionPool pool;
  private final Database replica;
  private final long trustNanos;
  private @Nullable String written;
  private volatile long trustedUntil = System.nanoTime();

  private Replica(Database primary, @Nullable ConnectionPool pool, Duration lag) {
    this.primary = primary;
    this.pool = pool;
    this.replica = pool == null ? primary : new Database(pool);
    this.trustNanos = lag.dividedBy(LOOKS).multipliedBy(2).toNanos();
  }

  /** The primary in its place. */
  static Replica none(Database primary) {
    return new Replica(primary, null, Duration.ZERO);
  }

  /**
   * @param lag by how much a read may be behind
   */
  static Replica of(Database primary, ConnectionPool pool, Duration lag, PeriodicJobs loops) {
    Replica replica = new Replica(primary, pool, lag);
    loops.add("replica", lag.dividedBy(LOOKS), Mono.defer(replica::look));
    return replica;
  }

  /** Whether it is asked at all at this moment. */
  public boolean serves() {
    return trustedUntil - System.nanoTime() > 0;
  }

  /** One statement that changes nothing. */
  public <R> Mono<List<R>> list(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments) {
    if (!serves()) {
      return primary.list(sql, row, arguments);
    }
    Mono<List<R>> fromReplica = replica.list(sql, row, arguments);
    // Away, or in the way of what is being replayed.
    return fromReplica.onErrorResume(
        failure -> DatabaseFailures.classify(failure) != Failure.POISONED,
        away -> {
          trustedUntil = System.nanoTime();
          return primary.list(sql, row, arguments);
        });
  }

  private Mono<Boolean> look() {
    long now = System.nanoTime();
    return primary
        .list(WRITTEN, row -> row.get(0, String.class))
        .flatMap(lsn -> has(lsn.get(0)))
        .doOnNext(has -> trustedUntil = has ? now + trustNanos : now)
        .thenReturn(false);
  }

  /** Whether it has what was written at the last look; turns come one after the other. */
  private Mono<Boolean> has(String nowWritten) {
    String before = written;
    written = nowWritten;
    return before == null
        ? Mono.just(false)
        : replica.list(HAS, row -> row.get(0, Boolean.class), before).map(has -> has.get(0));
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.dispose();
    }
  }
}
