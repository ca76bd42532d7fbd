package dev.firstcome.engine.gate;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * A gate as the engine sees it, whatever stands behind it: stock, which is divided into partitions
 * and holds orders, or coupons, which are divided into campaigns and hold users.
 *
 * @param <P> what it is divided into
 * @param <H> what names something that is held
 */
public interface Gate<P, H> {

  /** The tag of its metrics. */
  String name();

  /** The parts that this instance looks after. */
  Collection<P> parts();

  /** What has been held for so long, the longest first. */
  Mono<List<H>> left(P part, Duration patience, int limit);

  /** Those that the database has. */
  Mono<Set<H>> committed(P part, List<H> held);

  /** How they ended. Telling it twice is as good as once. */
  Mono<Void> settle(P part, List<H> committed, List<H> released);

  /**
   * Compares some of it with the database.
   *
   * @param from {@link DriftPage#START}, or where the page before this one ended
   * @param limit how much is compared, about
   * @param lasting by id, the part of a difference that has lasted; negative: too strict
   */
  Mono<DriftPage> look(String from, int limit, Map<Long, Long> lasting);
}
