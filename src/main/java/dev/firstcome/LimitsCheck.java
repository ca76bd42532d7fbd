package dev.firstcome;

import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.infra.jobs.JobSettings;
import dev.firstcome.infra.postgres.DatabaseSettings;
import dev.firstcome.infra.redis.RedisSettings;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.stereotype.Component;

/**
 * Refuses a start whose time limits contradict each other. Each room checks its own; here stand the
 * pairs of which each half belongs to another.
 */
@Component
@EnableConfigurationProperties(LifecycleProperties.class)
class LimitsCheck implements InitializingBean {

  private final LaneSettings lanes;
  private final DatabaseSettings database;
  private final RedisSettings redis;
  private final JobSettings jobs;
  private final WebSettings web;
  private final R2dbcProperties r2dbc;
  private final LifecycleProperties lifecycle;

  LimitsCheck(
      LaneSettings lanes,
      DatabaseSettings database,
      RedisSettings redis,
      JobSettings jobs,
      WebSettings web,
      R2dbcProperties r2dbc,
      LifecycleProperties lifecycle) {
    this.lanes = lanes;
    this.database = database;
    this.redis = redis;
    this.jobs = jobs;
    this.web = web;
    this.r2dbc = r2dbc;
    this.lifecycle = lifecycle;
  }

  /**
   * The shorter must be shorter than the longer.
   *
   * @param otherwise what goes wrong if it is not
   */
  private record Pair(Limit shorter, Limit longer, String otherwise) {

    void check() {
      if (shorter.time.compareTo(longer.time) >= 0) {
        throw new IllegalStateException(shorter + " must be below " + longer + ", or " + otherwise);
      }
    }
  }

  private record Limit(String name, Duration time) {

    @Override
    public String toString() {
      return name + " (" + time.toMillis() + "ms)";
    }
  }

  @Override
  public void afterPropertiesSet() {
    pairs().forEach(Pair::check);
  }

  private List<Pair> pairs() {
    Limit flight = new Limit("firstcome.lanes.deadline", lanes.deadline());
    Limit request = new Limit("firstcome.web.request-timeout", web.requestTimeout());
    Limit answer = new Limit("firstcome.database.answer-timeout", database.answerTimeout());
    Limit phase =
        new Limit(
            "spring.lifecycle.timeout-per-shutdown-phase", lifecycle.getTimeoutPerShutdownPhase());
    return List.of(
        new Pair(
            new Limit(
                "firstcome.database.lock-timeout times firstcome.lanes.retries and one",
                database.lockTimeout().multipliedBy(lanes.retries() + 1L)),
            flight,
            "a batch has waited for rows until it is over"),
        new Pair(
            new Limit(
                "spring.r2dbc.pool.max-acquire-time",
                requireNonNull(
                    r2dbc.getPool().getMaxAcquireTime(), "spring.r2dbc.pool.max-acquire-time")),
            flight,
            "a batch is over before it has given up getting a connection"),
        new Pair(
            new Limit("spring.data.redis.timeout", redis.timeout()),
            flight,
            "a batch is over before the database decides without Redis"),
        new Pair(
            new Limit(
                "firstcome.lanes.patience and deadline", lanes.patience().plus(lanes.deadline())),
            request,
            "a request is refused whose command is decided afterwards"),
        new Pair(
            new Limit("firstcome.database.statement-timeout", database.statementTimeout()),
            request,
            "a read goes on when nobody waits for it"),
        new Pair(
            answer,
            new Limit("firstcome.loops.deadline", jobs.deadline()),
            "a job is given up that keeps its connection"),
        new Pair(
            new Limit(
                "firstcome.lanes.deadline and firstcome.database.answer-timeout",
                Lanes.longestFlight(lanes, database)),
            new Limit("four times firstcome.lanes.deadline", lanes.settledAfter()),
            "a sweep settles what may yet be committed"),
        new Pair(
            new Limit(
                "firstcome.lanes.patience, deadline and firstcome.database.answer-timeout",
                Lanes.longestDrain(lanes, database)),
            phase,
            "a shutdown leaves accepted commands undecided"),
        new Pair(
            new Limit("firstcome.loops.stop-timeout", jobs.stopTimeout()),
            phase,
            "a shutdown does not wait for jobs that have begun"));
  }
}
