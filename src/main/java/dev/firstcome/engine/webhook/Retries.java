package dev.firstcome.engine.webhook;

import java.time.Duration;
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
   * @param random from 0 to 1
   */
  Outcome decide(Leased leased, Reply reply, double random) {
    int attempts = leased.attempts() + 1;
    return new Outcome(
        leased,
        ending(leased, reply),
        attempts,
        reply.error(),
        wait(attempts, reply.pause(), random));
  }

  private Outcome.Ending ending(Leased leased, Reply reply) {
    return switch (reply.ending()) {
      case DELIVERED -> Outcome.Ending.DELIVERED;
      case REFUSED -> Outcome.Ending.REFUSED;
      case NOTHING_TO_SEND -> Outcome.Ending.DEAD;
      case RETRY -> {
        Duration failingFor = leased.failingFor();
        boolean forTooLong = failingFor != null && failingFor.compareTo(settings.giveUpAfter()) > 0;
        yield forTooLong ? Outcome.Ending.REFUSED : Outcome.Ending.FAILED;
      }
    };
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
