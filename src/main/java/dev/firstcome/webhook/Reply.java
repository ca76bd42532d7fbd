package dev.firstcome.webhook;

import dev.firstcome.webhook.PublicOnly.ForbiddenAddressException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.TimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * What one attempt came to.
 *
 * @param ending for the event
 * @param healthy whether the platform is as it should be: an event that it does not want says
 *     nothing against the platform, an address that is gone or a secret that it does not know does,
 *     and must not cost every event that there is
 * @param error for administrators; says nothing that came from the platform or that is secret
 * @param pause that the platform asks for
 */
record Reply(Ending ending, boolean healthy, @Nullable String error, @Nullable Duration pause) {

  enum Ending {
    DELIVERED,
    RETRY,
    DEAD
  }

  /** Client errors that time can cure: timeout, conflict with itself, too early, too many. */
  private static final Set<Integer> RETRIED = Set.of(408, 409, 425, 429);

  /** Those that may pause us. */
  private static final Set<Integer> PAUSING = Set.of(429, 503);

  /** Client errors about the event rather than about the address or the secret. */
  private static final Set<Integer> ABOUT_THE_EVENT = Set.of(400, 409, 413, 422);

  static final Reply NOTHING_TO_SEND =
      new Reply(Ending.DEAD, true, "there is no data for this event", null);

  /**
   * @param retryAfter what that header says
   */
  static Reply of(int status, @Nullable Duration retryAfter) {
    if (status >= 200 && status < 300) {
      return new Reply(Ending.DELIVERED, true, null, null);
    }
    boolean dead = status >= 400 && status < 500 && !RETRIED.contains(status);
    return new Reply(
        dead ? Ending.DEAD : Ending.RETRY,
        ABOUT_THE_EVENT.contains(status),
        "HTTP status " + status,
        PAUSING.contains(status) ? retryAfter : null);
  }

  static Reply of(Throwable failure) {
    Throwable cause = failure instanceof WebClientRequestException ? failure.getCause() : failure;
    return new Reply(Ending.RETRY, false, why(cause == null ? failure : cause), null);
  }

  /** Not the message, which may show the address and what is in it. */
  private static String why(Throwable failure) {
    if (failure instanceof ForbiddenAddressException) {
      return "refused to connect: not a public address";
    } else if (failure instanceof ConnectTimeoutException) {
      return "could not connect in time";
    } else if (failure instanceof TimeoutException
        || failure instanceof java.util.concurrent.TimeoutException) {
      return "no answer in time";
    } else if (failure instanceof UnknownHostException) {
      return "the host is not known";
    } else if (failure instanceof SSLException) {
      return "no TLS connection";
    } else if (failure instanceof ConnectException) {
      return "could not connect";
    }
    return "connection lost: " + failure.getClass().getSimpleName();
  }
}
