package dev.firstcome.engine.batch;

import dev.firstcome.infra.postgres.Session;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * What a background job does with many rows in one transaction.
 *
 * @param <T> one row's work
 */
public interface BatchJob<T> {

  /**
   * Locks the rows that are due, up to the job's limit. Skips those that somebody else has locked
   * and those that are set aside.
   */
  Mono<List<T>> take(Session session);

  /** Locks those of the rows that are still due and that nobody else has locked. */
  Mono<List<T>> takeThese(Session session, List<T> some);

  /** Does the work of all of them in the same transaction, or fails. */
  Mono<Void> apply(Session session, List<T> taken);

  /** What the row is called, such as {@code order:UUID}. */
  String subject(T one);

  /** Leaves one row for later, in a transaction of its own, and notes why. */
  Mono<Void> setAside(T one, String why);
}
