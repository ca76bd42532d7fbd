package dev.firstcome.order;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param paymentWindow how long an order keeps its products while it waits for its payment
 */
@ConfigurationProperties("firstcome.order")
public record OrderSettings(@DefaultValue("15m") Duration paymentWindow) {

  public OrderSettings {
    if (paymentWindow.toSeconds() < 1) {
      throw new IllegalArgumentException("firstcome.order.payment-window must be at least 1s");
    }
  }
}
