package dev.firstcome.engine.batch;

import dev.firstcome.infra.jobs.JobSettings;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseFailures;
import dev.firstcome.infra.postgres.DatabaseSettings;
import dev.firstcome.infra.postgres.Failure;
import dev.firstcome.infra.postgres.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Runs one batch of a job. If the batch fails because of what is in it, its halves are tried by
 * themselves, down to the row at fault. That row is set aside and holds up no other.
 *
 * <p>An outage is no row's fault: the run fails, and the job pauses and tries all of them again.
 */
@Component
public class BatchRunner {

  private static final Logger log = LoggerFactory.getLogger(BatchRunner.class);

  private static final String LOCK_TIMEOUT = "SELECT set_config('lock_timeout', $1, true)";

  /**
   * How long a statement waits for a row lock once a lock has been waited for in vain. The first
   * wait is as long as everybody's, because a busy row is not a stuck one.
   */
  static final Duration SHORT_WAIT = Duration.ofMillis(20);

  /** Transactions of one run. What is left then is taken up by the next run. */
  static final int MOST_ATTEMPTS = 100;

  /** Characters of a failure that are kept. */
  private static final int REASON_LENGTH = 500;

  private final Database database;

  @Autowired
  BatchRunner(Database database, DatabaseSettings limits, JobSettings jobs) {
    this(database);
    Duration waits = limits.lockTimeout().plus(SHORT_WAIT.multipliedBy(MOST_ATTEMPTS));
    if (waits.compareTo(jobs.deadline()) >= 0) {
      throw new IllegalStateException(
          "firstcome.database.lock-timeout is too long for the deadline of a background job: one"
              + " that meets locked rows waits for as long as "
              + waits);
    }
  }

  BatchRunner(Database database) {
    this.database = database;
  }

  /**
   * What a run came to.
   *
   * @param taken how many rows were due and taken
   * @param done how many of them are done
   */
  public record Progress(int taken, int done) {

    Progress plus(Progress other) {
      return new Progress(taken + other.taken, done + other.done);
    }
  }

  /** One batch. Fails when nothing can be done at the moment; the job then pauses. */
  public <T> Mono<Progress> run(BatchJob<T> job) {
    return Mono.defer(() -> new Run<>(job).attempt(job::take));
  }

  /** The attempts of one run, one after the other. */
  private final class Run<T> {

    private final BatchJob<T> job;
    private int attempts;
    private boolean patient = true;

    Run(BatchJob<T> job) {
      this.job = job;
    }

    Mono<Progress> attempt(Function<Session, Mono<List<T>>> take) {
      attempts++;
      List<T> taken = new ArrayList<>();
      return database
          .transaction(
              session ->
                  limitWaits(session)
                      .then(Mono.defer(() -> take.apply(session)))
                      .doOnNext(taken::addAll)
                      .flatMap(rows -> apply(session, rows)))
          .onErrorResume(failure -> goRound(taken, failure));
    }

    private Mono<Void> limitWaits(Session session) {
      return patient
          ? Mono.empty()
          : session.list(LOCK_TIMEOUT, row -> true, SHORT_WAIT.toMillis() + "ms").then();
    }

    private Mono<Progress> apply(Session session, List<T> rows) {
      Progress all = new Progress(rows.size(), rows.size());
      return rows.isEmpty()
          ? Mono.just(all)
          : Mono.defer(() -> job.apply(session, rows)).thenReturn(all);
    }

    private Mono<Progress> goRound(List<T> taken, Throwable failure) {
      if (taken.isEmpty() || !isTheirFault(taken, failure)) {
        return Mono.error(failure);
      }
      patient = patient && !DatabaseFailures.isLockTimeout(failure);
      if (taken.size() == 1) {
        return setAside(taken.get(0), failure);
      }
      if (attempts >= MOST_ATTEMPTS) {
        return Mono.just(new Progress(taken.size(), 0));
      }
      int half = taken.size() / 2;
      return attempt(session -> job.takeThese(session, taken.subList(0, half)))
          .flatMap(
              first ->
                  attempt(session -> job.takeThese(session, taken.subList(half, taken.size())))
                      .map(first::plus));
    }

    private Mono<Progress> setAside(T one, Throwable failure) {
      String reason = failure.toString();
      log.warn("{} is set aside: {}", job.subject(one), reason);
      return job.setAside(one, reason.substring(0, Math.min(reason.length(), REASON_LENGTH)))
          .thenReturn(new Progress(1, 0));
    }

    /** A statement that is cut off alone is itself too slow. */
    private boolean isTheirFault(List<T> taken, Throwable failure) {
      return DatabaseFailures.classify(failure) != Failure.UNAVAILABLE
          || (taken.size() == 1 && DatabaseFailures.isStatementTimeout(failure));
    }
  }
}
