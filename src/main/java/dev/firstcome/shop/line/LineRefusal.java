package dev.firstcome.shop.line;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/**
 * The ways in which this room says no. Members of the three about an order: {@code dropId}, and
 * where there is a ticket {@code number, ahead, pollAfter}.
 */
public enum LineRefusal implements Refusal {
  TICKET_NOT_FOUND(HttpStatus.NOT_FOUND),
  TICKET_REQUIRED(HttpStatus.CONFLICT),
  NOT_YOUR_TURN(HttpStatus.CONFLICT),
  ADMISSION_EXPIRED(HttpStatus.CONFLICT);

  private final HttpStatus status;

  LineRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
