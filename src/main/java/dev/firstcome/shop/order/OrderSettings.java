package dev.firstcome.shop.order;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param paymentWindow how long an order keeps its products while it waits for payment
 * @param expiryInterval pause between two searches for overdue orders
 * @param expiryBatch orders expired in one transaction; its row locks delay orders of the same
 *     products
 * @param maxPending unpaid orders that one user may have at a time; 0: no limit
 * @param refundReturnsCoupon whether a refund also returns the coupon
 */
@ConfigurationProperties("firstcome.order")
public record OrderSettings(
    @DefaultValue("15m") Duration paymentWindow,
    @DefaultValue("1s") Duration expiryInterval,
    @DefaultValue("200") int expiryBatch,
    @DefaultValue("10") int maxPending,
    @DefaultValue("false") boolean refundReturnsCoupon) {

  public OrderSettings {
    if (paymentWindow.toSeconds() < 1) {
      throw new IllegalArgumentException("firstcome.order.payment-window must be at least 1s");
    }
    if (expiryInterval.toMillis() < 1 || expiryBatch < 1 || expiryBatch > 10_000) {
      throw new IllegalArgumentException(
          "firstcome.order: expiry-interval must be positive, expiry-batch 1 to 10000");
    }
    if (maxPending < 0 || maxPending > 10_000) {
      throw new IllegalArgumentException("firstcome.order.max-pending must be 0 to 10000");
    }
  }
}
