package dev.firstcome.infra.postgres;

import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import reactor.pool.PoolAcquirePendingLimitException;
import reactor.pool.PoolShutdownException;

/** Tells a race from an outage from a defect, by SQLSTATE where there is one. */
public final class DatabaseFailures {

  /**
   * PostgreSQL's codes for what a repetition decides: serialization failure, deadlock, unique
   * violation (a name that was inserted meanwhile and is found next time).
   */
  private static final Set<String> RACES = Set.of("40001", "40P01", "23505");

  /** Lock not available: the lock timeout. */
  private static final String LOCKED = "55P03";

  /** What a server says that is no longer, or not yet, the primary: read-only transaction. */
  private static final String DEMOTED = "25006";

  /** Class 08 connection exception, 53 insufficient resources, 57 operator intervention. */
  private static final Set<String> OUTAGES = Set.of("08", "53", "57");

  private static final String STATEMENT_TIMEOUT = "57014";

  private DatabaseFailures() {}

  /** Whether a statement waited for a row lock in vain. */
  public static boolean isLockTimeout(Throwable failure) {
    return failure instanceof R2dbcException sql && LOCKED.equals(sql.getSqlState());
  }

  /** Whether a statement was cut off because it ran too long. */
  public static boolean isStatementTimeout(Throwable failure) {
    return failure instanceof R2dbcException sql && STATEMENT_TIMEOUT.equals(sql.getSqlState());
  }

  public static Failure classify(Throwable failure) {
    if (failure instanceof R2dbcException sql && sql.getSqlState() != null) {
      String state = sql.getSqlState();
      if (RACES.contains(state)) {
        return Failure.TRANSIENT;
      }
      if (state.equals(LOCKED)) {
        return Failure.LOCKED;
      }
      if (state.length() == 5
          && (OUTAGES.contains(state.substring(0, 2)) || state.equals(DEMOTED))) {
        return Failure.UNAVAILABLE;
      }
    }
    boolean away =
        failure instanceof Deadline.Passed
            || failure instanceof R2dbcNonTransientResourceException
            || failure instanceof R2dbcTransientResourceException
            || failure instanceof R2dbcTimeoutException
            || failure instanceof TimeoutException
            || failure instanceof PoolAcquirePendingLimitException
            || failure instanceof PoolShutdownException
            || failure instanceof IOException;
    return away ? Failure.UNAVAILABLE : Failure.POISONED;
  }
}
