package dev.firstcome.infra.postgres;

/** How a batch that failed as a whole is to be treated. */
public enum Failure {
  /** A race that a repetition decides: a deadlock, a name inserted meanwhile. */
  TRANSIENT,
  /** Somebody holds a row for longer than anybody waits for one. */
  LOCKED,
  /** The store is away: repeating at once would only add to the pile. */
  UNAVAILABLE,
  /** One command of the batch is to blame: split until it stands alone. */
  POISONED
}
