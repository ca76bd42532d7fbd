package dev.firstcome.infra.postgres;

import reactor.util.context.ContextView;

/**
 * Until when a piece of work may go on. It travels in the Reactor context under its own class, and
 * {@link Database} asks it before each statement and before a commit, so that work whose callers
 * have been told "no" neither begins anything nor commits.
 */
public interface Deadline {

  /** For work that nobody has been promised an end of. */
  Deadline NONE =
      new Deadline() {
        @Override
        public boolean isOver() {
          return false;
        }

        @Override
        public boolean mayCommit() {
          return true;
        }
      };

  /** Whether it has passed: then no statement may begin. */
  boolean isOver();

  /**
   * Asked right before a commit is sent. Yes is a promise: until the work has come to its end,
   * nobody is told that it failed.
   */
  boolean mayCommit();

  static Deadline in(ContextView context) {
    return context.hasKey(Deadline.class) ? context.get(Deadline.class) : NONE;
  }

  /** The work was stopped in time: nothing of it is committed. */
  final class Passed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Passed() {
      super("the deadline has passed", null, false, false);
    }
  }
}
