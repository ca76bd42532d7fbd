package dev.firstcome.shop.coupon;

import static java.util.Objects.requireNonNullElse;

import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A campaign: a number of coupons, first come first served, within a time.
 *
 * @param minOrderAmount the least subtotal, in won, at which the coupon may be used
 * @param issuableFrom the first instant at which it is given out
 * @param issuableUntil the first instant at which it is no longer given out
 * @param validUntil the first instant at which an issued coupon can no longer be used
 */
public record Campaign(
    long id,
    String name,
    Discount discount,
    long minOrderAmount,
    long totalQuantity,
    Instant issuableFrom,
    Instant issuableUntil,
    Instant validUntil,
    boolean paused) {

  /** The same under the id that the database gave it. */
  Campaign withId(long given) {
    return new Campaign(
        given,
        name,
        discount,
        minOrderAmount,
        totalQuantity,
        issuableFrom,
        issuableUntil,
        validUntil,
        paused);
  }

  /** The first that applies, in this order. */
  public enum Status {
    /** Its time is over, whatever is left. */
    CLOSED,
    /** Not open yet. */
    SCHEDULED,
    PAUSED,
    SOLD_OUT,
    OPEN
  }

  /**
   * @param left how many remain
   */
  public Status status(long left, Instant now) {
    if (!now.isBefore(issuableUntil)) {
      return Status.CLOSED;
    } else if (now.isBefore(issuableFrom)) {
      return Status.SCHEDULED;
    } else if (paused) {
      return Status.PAUSED;
    }
    return left > 0 ? Status.OPEN : Status.SOLD_OUT;
  }

  /** Whether it gives out what it has left. */
  public boolean isOpen(Instant now) {
    return status(1, now) == Status.OPEN;
  }

  public boolean isExpired(Instant now) {
    return !now.isBefore(validUntil);
  }

  /**
   * A campaign under its lock.
   *
   * @param issued how many users have
   */
  record Standing(Campaign campaign, long issued) {

    long left() {
      return campaign.totalQuantity() - issued;
    }
  }

  /** What an administrator wants of a campaign: pure. What is null stays as it is. */
  record Change(
      @Nullable String name,
      @Nullable Long totalQuantity,
      @Nullable Instant issuableFrom,
      @Nullable Instant issuableUntil,
      @Nullable Instant validUntil,
      @Nullable Boolean paused) {

    /**
     * The campaign afterwards.
     *
     * @param issued how many users have
     * @throws Refused {@code QUANTITY_BELOW_ISSUED}, or {@code INVALID_REQUEST} for times that do
     *     not follow one another or that users rely on
     */
    Campaign applyTo(Campaign campaign, long issued) {
      Campaign changed =
          new Campaign(
              campaign.id(),
              requireNonNullElse(name, campaign.name()),
              campaign.discount(),
              campaign.minOrderAmount(),
              requireNonNullElse(totalQuantity, campaign.totalQuantity()),
              requireNonNullElse(issuableFrom, campaign.issuableFrom()),
              requireNonNullElse(issuableUntil, campaign.issuableUntil()),
              requireNonNullElse(validUntil, campaign.validUntil()),
              requireNonNullElse(paused, campaign.paused()));
      requireOrder(changed);
      if (issued > 0 && changed.validUntil().isBefore(campaign.validUntil())) {
        throw Violation.of("validUntil", Rule.NOT_EARLIER).refused();
      }
      if (changed.totalQuantity() < issued) {
        throw CouponRefusal.QUANTITY_BELOW_ISSUED.refused("issued", issued);
      }
      return changed;
    }

    private static void requireOrder(Campaign changed) {
      if (!changed.issuableFrom().isBefore(changed.issuableUntil())) {
        throw Violation.of("issuableFrom", Rule.BEFORE, "other", "issuableUntil").refused();
      }
      if (changed.validUntil().isBefore(changed.issuableUntil())) {
        throw Violation.of("issuableUntil", Rule.BEFORE, "other", "validUntil").refused();
      }
    }
  }
}
