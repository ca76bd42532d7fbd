package dev.firstcome.webhook;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The rule of trying again: exponential backoff with full jitter, for days, and then an end. */
@Component
class Retries {

  private final WebhookSettings settings;

  Retries(WebhookSettings settings) {
    this.settings = settings;
  }

  /**
   * @param now when the attempt was over
   * @param random from 0 to 1
   */
  Outcome decide(Leased leased, Reply reply, Instant now, double random) {
    int attempts = leased.attempts() + 1;
    if (reply.ending() == Reply.Ending.DELIVERED) {
      return new Outcome(leased, EventStatus.DELIVERED, attempts, null, now, null, now);
    }
    Instant since = leased.tryingSince() == null ? now : leased.tryingSince();
    boolean dead =
        reply.ending() == Reply.Ending.DEAD
            || Duration.between(since, now).compareTo(settings.giveUpAfter()) > 0;
    return new Outcome(
        leased,
        dead ? EventStatus.DEAD : EventStatus.PENDING,
        attempts,
        reply.error(),
        now.plus(wait(attempts, reply.pause(), random)),
        since,
        null);
  }

  /** The random part alone, unless the platform asked for more. */
  private Duration wait(int failures, @Nullable Duration asked, double random) {
    long longest = settings.maxBackoff().toMillis();
    // The double has no overflow: 2 to the 1000th failure is still a number.
    double ceiling =
        Math.min(longest, settings.minBackoff().toMillis() * Math.pow(2, failures - 1));
    long jittered = (long) (ceiling * random);
    long wanted = asked == null ? 0 : Math.min(longest, asked.toMillis());
    return Duration.ofMillis(Math.max(jittered, wanted));
  }
}
