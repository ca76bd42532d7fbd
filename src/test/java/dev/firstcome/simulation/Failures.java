package dev.firstcome.simulation;

import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.R2dbcTransientException;

/** What the driver throws, by SQLSTATE. Without stack traces: a history throws many. */
final class Failures {

  private Failures() {}

  static R2dbcException unique(String constraint) {
    return new Violation(constraint, "23505");
  }

  static R2dbcException check(String constraint) {
    return new Violation(constraint, "23514");
  }

  static R2dbcException deadlock() {
    return new Race("deadlock detected", "40P01");
  }

  static R2dbcException lockTimeout() {
    return new Race("canceling statement due to lock timeout", "55P03");
  }

  static R2dbcException aborted() {
    return new Aborted();
  }

  /** As {@code PostgresConnectionClosedException}: without a SQLSTATE. */
  static R2dbcException lost() {
    return new Lost();
  }

  /** As the pool says it. */
  static R2dbcException noConnection() {
    return new NoConnection();
  }

  private static final class NoConnection extends R2dbcTimeoutException {
    private static final long serialVersionUID = 1L;

    NoConnection() {
      super("no connection in time");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Violation extends R2dbcDataIntegrityViolationException {
    private static final long serialVersionUID = 1L;

    Violation(String constraint, String state) {
      super(constraint, state);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Race extends R2dbcTransientException {
    private static final long serialVersionUID = 1L;

    Race(String reason, String state) {
      super(reason, state);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Aborted extends R2dbcNonTransientException {
    private static final long serialVersionUID = 1L;

    Aborted() {
      super("current transaction is aborted", "25P02");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Lost extends R2dbcNonTransientResourceException {
    private static final long serialVersionUID = 1L;

    Lost() {
      super("connection closed");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
