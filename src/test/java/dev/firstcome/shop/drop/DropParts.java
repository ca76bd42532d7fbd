package dev.firstcome.shop.drop;

import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.http.json.Given;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseClock;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AuditParts;
import dev.firstcome.shop.stock.Stock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** This room for a simulated instance: made of its real classes. */
public final class DropParts {

  public final Offers offers;
  public final DropBoard board;
  public final RefusalCounts refusals;
  private final Drops drops;

  public DropParts(
      Database database, DatabaseClock clock, Stock stock, PeriodicJobs jobs, Scheduler timers) {
    DropSql sql = new DropSql(database);
    offers = new Offers(sql);
    board = new DropBoard(sql, clock, jobs, () -> timers.now(TimeUnit.NANOSECONDS));
    refusals = new RefusalCounts(board, new RefusalSql(database));
    drops = new Drops(sql, new LineTermsSql(), offers, stock, AuditParts.writes(database), timers);
  }

  /** What an administrator may change in the middle; null leaves it as it is. */
  public record Change(
      @Nullable Instant opensAt,
      @Nullable Given<Instant> closesAt,
      @Nullable Given<Long> maxPerUser,
      @Nullable Boolean paused) {

    public static Change paused(boolean paused) {
      return new Change(null, null, null, paused);
    }

    public static Change opens(Instant at) {
      return new Change(at, null, null, null);
    }

    public static Change closes(@Nullable Instant at) {
      return new Change(null, new Given<>(at), null, null);
    }

    public static Change limited(@Nullable Long maxPerUser) {
      return new Change(null, null, new Given<>(maxPerUser), null);
    }

    /** From its opening on, and for ever. */
    public static Change open() {
      return new Change(null, new Given<>(null), null, false);
    }

    private DropChange wanted() {
      return new DropChange(null, null, opensAt, closesAt, maxPerUser, paused, null);
    }
  }

  /** Nobody cancels it once it has begun: HTTP sees to that. */
  public Mono<AdminReply> change(long drop, String key, Change change) {
    AdminRequest request = request(drop, key, change);
    return Mono.fromFuture(
        () -> drops.change(request, drop, change.wanted(), EntityTag.Condition.NONE).toFuture(),
        true);
  }

  /** The name that the shop gives to it. */
  public static UUID idOf(long drop, String key) {
    return request(drop, key, "").id();
  }

  private static AdminRequest request(long drop, String key, Object change) {
    return new AdminRequest("admin", "drop.change", Long.toString(drop), key, "trace", change);
  }
}
