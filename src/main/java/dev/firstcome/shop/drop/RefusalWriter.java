package dev.firstcome.shop.drop;

import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.drop.RefusalCounts.Counted;
import java.time.Duration;
import java.util.Map;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Adds what this instance has counted to the table, every few seconds and at its shutdown. Nothing
 * is added twice: what a lost commit may have written is not written again.
 */
@Component
class RefusalWriter implements SmartLifecycle {

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final RefusalCounts counts;
  private final RefusalSql sql;
  private final Database database;
  private final Background background;
  private volatile boolean running;

  RefusalWriter(
      RefusalCounts counts,
      RefusalSql sql,
      Database database,
      Background background,
      PeriodicJobs jobs) {
    this.counts = counts;
    this.sql = sql;
    this.database = database;
    this.background = background;
    jobs.add("drop refusals", INTERVAL, Mono.defer(() -> write().thenReturn(false)));
  }

  /** They are taken once there is a connection: an outage costs none. */
  Mono<Long> write() {
    return counts.isEmpty() ? Mono.just(0L) : database.transaction(this::write);
  }

  private Mono<Long> write(Session session) {
    Map<Counted, Long> taken = counts.take();
    return sql.add(session, taken).doOnError(failure -> counts.putBack(taken));
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    background.start("drop refusals", Mono.defer(this::write));
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** After the jobs have stopped, and before what runs in the background is waited for. */
  @Override
  public int getPhase() {
    return -1;
  }
}
