package dev.firstcome.shop.drop;

import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import java.time.Instant;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum DropRefusal implements Refusal {
  DROP_NOT_FOUND(HttpStatus.NOT_FOUND),
  /** Members: {@code dropId, dropStatus, opensAt, closesAt, serverTime}. */
  DROP_NOT_OPEN(HttpStatus.CONFLICT),
  /** Members: {@code productId, dropId}. */
  PRODUCT_IN_ANOTHER_DROP(HttpStatus.CONFLICT);

  private final HttpStatus status;

  DropRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }

  /**
   * @param now by PostgreSQL's clock
   */
  public static Refused notOpen(Drop drop, Instant now) {
    return DROP_NOT_OPEN.refused(
        "dropId",
        drop.id(),
        "dropStatus",
        drop.status(now),
        "opensAt",
        drop.opensAt(),
        "closesAt",
        drop.closesAt(),
        "serverTime",
        now);
  }
}
