package dev.firstcome.engine.outbox;

import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import reactor.core.publisher.Mono;

/**
 * One that is told of events. The relay calls it on every instance at once, never twice at once on
 * one; a consumer whose whole effect is in PostgreSQL leaves the rest to {@link ExactlyOnce}.
 */
public interface OutboxConsumer {

  /** Whose events these are. */
  Consumer consumer();

  /**
   * Takes due events and deals with each: delivered, or put off on account of its own trouble.
   *
   * @param limit how many at the most
   * @return fails when nothing can be delivered at the moment; the relay then pauses
   */
  Mono<Round> deliver(int limit);

  /**
   * What became of one call.
   *
   * @param taken how many events were due and taken; as many as the limit means that there may be
   *     more
   * @param delivered how many of them have had their effect
   */
  record Round(int taken, int delivered) {

    static final Round NOTHING = new Round(0, 0);

    Round plus(Round other) {
      return new Round(taken + other.taken, delivered + other.delivered);
    }
  }
}
