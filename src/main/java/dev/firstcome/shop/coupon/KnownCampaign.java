package dev.firstcome.shop.coupon;

import dev.firstcome.infra.postgres.DatabaseClock;
import dev.firstcome.shop.coupon.Campaign.Status;
import java.time.Duration;
import java.time.Instant;

/**
 * What an instance remembers of a campaign: to refuse who certainly comes early or late without
 * asking anybody. Nothing is granted by it.
 *
 * @param untouched whether nobody had a coupon of it, whom it would have to be told
 * @param nanos before it was read
 */
record KnownCampaign(Campaign campaign, boolean untouched, long nanos) {

  /** For so long nobody is refused by older terms, and so long a change waits for its answer. */
  static final Duration TRUST = Duration.ofSeconds(1);

  static KnownCampaign of(CouponRow row, long nanos) {
    return new KnownCampaign(row.coupon(), row.issuedQuantity() == 0, nanos);
  }

  boolean isFresh(long now) {
    return now - nanos < TRUST.toNanos();
  }

  boolean looksShut(Instant now) {
    return !campaign.isOpen(now);
  }

  /** Only for as long as it is fresh. */
  boolean isCertainlyShut(DatabaseClock clock) {
    Status status = campaign.status(1, clock.now());
    return untouched
        && switch (status) {
          case SCHEDULED -> clock.isCertainlyBefore(campaign.issuableFrom());
          case CLOSED -> clock.isCertainlyAfter(campaign.issuableUntil());
          case PAUSED -> clock.isCertainlyAfter(campaign.issuableFrom());
          case OPEN, SOLD_OUT -> false;
        };
  }
}
