package dev.firstcome.engine.webhook;

import dev.firstcome.engine.webhook.PublicOnly.ForbiddenAddressException;
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
    /** The platform does not want this event. */
    REFUSED,
    NOTHING_TO_SEND
  }

  /** Those that may pause us. */
  private static final Set<Integer> PAUSING = Set.of(429, 503);

  /**
   * Errors about the event. Every other one is about the address, the secret or the platform's
   * health, would hit every event, and so never ends one.
   */
  private static final Set<Integer> ABOUT_THE_EVENT = Set.of(400, 413, 422);

  /** A conflict with itself, which time cures: no reason to think badly of the platform. */
  private static final int CONFLICT = 409;

  /** In other words than the last release's, whose refunds end by no such reply (V015). */
  static final Reply NOTHING_TO_SEND =
      new Reply(Ending.NOTHING_TO_SEND, true, "there is nothing that can be sent", null);

  /**
   * @param retryAfter what that header says
   */
  static Reply of(int status, @Nullable Duration retryAfter) {
    if (status >= 200 && status < 300) {
      return new Reply(Ending.DELIVERED, true, null, null);
    }
    boolean refused = ABOUT_THE_EVENT.contains(status);
    return new Reply(
        refused ? Ending.REFUSED : Ending.RETRY,
        refused || status == CONFLICT,
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
