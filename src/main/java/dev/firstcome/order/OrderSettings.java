package dev.firstcome.order;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param paymentWindow how long an order keeps its products while it waits for its payment
 * @param expiryInterval between two looks for orders whose time is over
 * @param expiryBatch orders expired in one transaction: its row locks hold up the orders of the
 *     same products for that long
 * @param refundReturnsCoupon whether a refunded order gives its coupon back too
 */
@ConfigurationProperties("firstcome.order")
public record OrderSettings(
    @DefaultValue("15m") Duration paymentWindow,
    @DefaultValue("1s") Duration expiryInterval,
    @DefaultValue("200") int expiryBatch,
    @DefaultValue("false") boolean refundReturnsCoupon) {

  public OrderSettings {
    if (paymentWindow.toSeconds() < 1) {
      throw new IllegalArgumentException("firstcome.order.payment-window must be at least 1s");
    }
    if (expiryInterval.toMillis() < 1 || expiryBatch < 1 || expiryBatch > 10_000) {
      throw new IllegalArgumentException(
          "firstcome.order: expiry-interval must be positive, expiry-batch 1 to 10000");
    }
  }
}
