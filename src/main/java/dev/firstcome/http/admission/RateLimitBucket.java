package dev.firstcome.http.admission;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What one user, or address, has left as far as this instance knows, and what it has not told. */
final class RateLimitBucket {

  private final String who;
  private final Bucket bucket;
  private final AtomicLong untold = new AtomicLong();
  private final AtomicBoolean due = new AtomicBoolean();

  RateLimitBucket(String who, Bucket bucket) {
    this.who = who;
    this.bucket = bucket;
  }

  String who() {
    return who;
  }

  ConsumptionProbe take(long tokens) {
    return bucket.tryConsumeAndReturnRemaining(tokens);
  }

  /** Takes what there may not be. */
  void owe(long tokens) {
    bucket.consumeIgnoringRateLimits(tokens);
  }

  /**
   * Counts what was taken.
   *
   * @return whether it is due from now on, and was not before
   */
  boolean becameDue(long tokens, long threshold) {
    return untold.addAndGet(tokens) >= threshold && due.compareAndSet(false, true);
  }

  /**
   * What is to be told now.
   *
   * @param most what can be taken between two reports: anything above was taken while nobody could
   *     be told, and nobody pays for that now
   */
  long tell(long most) {
    // In this order: what is taken in between becomes due once more, rather than never.
    due.set(false);
    return Math.min(most, untold.getAndSet(0));
  }

  /**
   * Takes over what is left after everybody's reports, unless less is left here: a Redis that has
   * forgotten gives nobody anything.
   */
  void learn(long left) {
    long excess = bucket.getAvailableTokens() - (left - untold.get());
    if (excess > 0) {
      bucket.consumeIgnoringRateLimits(excess);
    }
  }
}
