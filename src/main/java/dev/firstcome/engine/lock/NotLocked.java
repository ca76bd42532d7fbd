package dev.firstcome.engine.lock;

import org.jspecify.annotations.Nullable;

/** The names were not to be had, and the work has not begun. An answer, so it has no stack. */
public final class NotLocked extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What was in the way. */
  public enum Why {
    /** Somebody has one of the names, and it was not to be waited for. */
    BUSY,
    /** As many wait as may. */
    FULL,
    /** It took longer than anybody waits. */
    TOO_LATE,
    /** Redis does not answer: work that can do without the lock goes on. */
    AWAY
  }

  private final Why why;

  NotLocked(Why why, @Nullable Throwable cause) {
    super(why.name(), cause, false, false);
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
