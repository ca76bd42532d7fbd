package dev.firstcome.shop.desk;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum DeskRefusal implements Refusal {
  EVENT_NOT_FOUND(HttpStatus.NOT_FOUND);

  private final HttpStatus status;

  DeskRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
