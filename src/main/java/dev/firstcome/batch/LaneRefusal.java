package dev.firstcome.batch;

import dev.firstcome.problem.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which a lane itself says no. */
public enum LaneRefusal implements Refusal {
  /** The queue is full: refused at once, so that what was accepted stays fast. */
  OVERLOADED(HttpStatus.SERVICE_UNAVAILABLE),
  /** The database did not answer: the outcome is unknown until the request is repeated. */
  DEPENDENCY_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE);

  private final HttpStatus status;

  LaneRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
