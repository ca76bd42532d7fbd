package dev.firstcome.http.problem;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientException;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.web.ErrorResponse;
import reactor.netty.channel.AbortedException;
import reactor.pool.PoolAcquirePendingLimitException;
import reactor.pool.PoolAcquireTimeoutException;
import reactor.pool.PoolShutdownException;

/** What a failure that nobody turned into a refusal means to the client. */
final class Failures {

  /** How far a cause is looked for; chains that are longer have become circular. */
  private static final int DEEPEST_CAUSE = 10;

  private static final List<Class<? extends Throwable>> UNAVAILABLE =
      List.of(
          R2dbcTransientException.class,
          R2dbcNonTransientResourceException.class,
          DataAccessResourceFailureException.class,
          TransientDataAccessException.class,
          PoolAcquireTimeoutException.class,
          PoolShutdownException.class,
          RedisConnectionException.class,
          RedisCommandTimeoutException.class,
          CallNotPermittedException.class,
          ConnectException.class,
          TimeoutException.class);

  private static final List<Class<? extends Throwable>> OVERLOADED =
      List.of(RejectedExecutionException.class, PoolAcquirePendingLimitException.class);

  private Failures() {}

  static Refused toRefused(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < DEEPEST_CAUSE; i++) {
      Refused refused = known(cause);
      if (refused != null) {
        return refused;
      }
      cause = cause.getCause();
    }
    return CommonRefusal.INTERNAL.refused();
  }

  /** The status that is shown: Spring's own answers are finer than our codes. */
  static int status(Throwable failure, Refused refused) {
    if (failure instanceof ErrorResponse response && response.getStatusCode().is4xxClientError()) {
      return response.getStatusCode().value();
    }
    return refused.refusal().status().value();
  }

  private static @Nullable Refused known(Throwable cause) {
    if (cause instanceof Refused refused) {
      return refused;
    } else if (cause instanceof DataBufferLimitException) {
      return CommonRefusal.BODY_TOO_LARGE.refused();
    } else if (cause instanceof InvalidMimeTypeException) {
      // Spring sorts what is accepted when it looks for an answer to an unknown path.
      return CommonRefusal.NOT_ACCEPTABLE.refused();
    } else if (cause instanceof AbortedException) {
      // The client went away in the middle of its request: nobody reads this.
      return Violation.of("", Rule.REQUEST).refused();
    } else if (cause instanceof ErrorResponse response) {
      return ofSpring(response);
    } else if (isOneOf(OVERLOADED, cause) || isOneOf(OVERLOADED, cause.getCause())) {
      // Spring wraps a full queue for connections in what it says of a lost database.
      return CommonRefusal.OVERLOADED.refused();
    } else if (isOneOf(UNAVAILABLE, cause) || isServerGoingAway(cause)) {
      return CommonRefusal.DEPENDENCY_UNAVAILABLE.refused();
    }
    return null;
  }

  private static boolean isOneOf(
      List<Class<? extends Throwable>> types, @Nullable Throwable cause) {
    return types.stream().anyMatch(type -> type.isInstance(cause));
  }

  /**
   * The driver calls these non-transient, but the next connection may well work: SQLSTATE class 08
   * (connection), 53 (resources), 57P (shutdown), and 25006 (a standby that was the primary).
   */
  private static boolean isServerGoingAway(Throwable cause) {
    String state = cause instanceof R2dbcException e ? e.getSqlState() : null;
    return state != null
        && (state.startsWith("08")
            || state.startsWith("53")
            || state.startsWith("57P")
            || state.equals("25006"));
  }

  private static @Nullable Refused ofSpring(ErrorResponse response) {
    return switch (response.getStatusCode().value()) {
      case 401 -> CommonRefusal.UNAUTHENTICATED.refused();
      case 403 -> CommonRefusal.FORBIDDEN.refused();
      case 404 -> CommonRefusal.NOT_FOUND.refused();
      case 405 -> withAllow(response);
      case 406 -> CommonRefusal.NOT_ACCEPTABLE.refused();
      case 413 -> CommonRefusal.BODY_TOO_LARGE.refused();
      case 415 -> CommonRefusal.UNSUPPORTED_MEDIA_TYPE.refused();
      case 429 -> CommonRefusal.TOO_MANY_REQUESTS.refused();
      case 503 -> CommonRefusal.OVERLOADED.refused();
      default ->
          response.getStatusCode().is4xxClientError()
              ? Violation.of("", Rule.REQUEST).refused()
              : null;
    };
  }

  private static Refused withAllow(ErrorResponse response) {
    String allow = response.getHeaders().getFirst(HttpHeaders.ALLOW);
    Refused refused = CommonRefusal.METHOD_NOT_ALLOWED.refused();
    return allow == null ? refused : refused.withHeader(HttpHeaders.ALLOW, allow);
  }
}
