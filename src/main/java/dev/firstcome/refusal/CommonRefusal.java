package dev.firstcome.refusal;

import org.springframework.http.HttpStatus;

/** The ways to say no that belong to HTTP itself and not to any feature. */
public enum CommonRefusal implements Refusal {
  /** Member {@code errors}: a list of {@link Violation}s, shown as field and message. */
  INVALID_REQUEST(HttpStatus.BAD_REQUEST),
  IDEMPOTENCY_KEY_REQUIRED(HttpStatus.BAD_REQUEST),
  IDEMPOTENCY_KEY_INVALID(HttpStatus.BAD_REQUEST),
  UNAUTHENTICATED(HttpStatus.UNAUTHORIZED),
  FORBIDDEN(HttpStatus.FORBIDDEN),
  NOT_FOUND(HttpStatus.NOT_FOUND),
  METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED),
  NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE),
  BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE),
  UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE),
  /** {@code If-Match} names another version than there is. */
  VERSION_CHANGED(HttpStatus.PRECONDITION_FAILED),
  /** The same Idempotency-Key with a different request. */
  IDEMPOTENCY_KEY_REUSED(HttpStatus.UNPROCESSABLE_CONTENT),
  TOO_MANY_REQUESTS(HttpStatus.TOO_MANY_REQUESTS),
  /** A queue is full: the load is shed before any work was begun. */
  OVERLOADED(HttpStatus.SERVICE_UNAVAILABLE),
  /** PostgreSQL, Redis or a key set did not answer in time: the outcome may be unknown. */
  DEPENDENCY_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE),
  INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR);

  private final HttpStatus status;

  CommonRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
