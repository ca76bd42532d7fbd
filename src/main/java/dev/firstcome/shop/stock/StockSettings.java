package dev.firstcome.shop.stock;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the gate keeps its stock.
 *
 * @param partitions parts of the stock gate, by product, which a Redis Cluster spreads; with 1 an
 *     order is one atomic call. The same on every instance
 */
@ConfigurationProperties("firstcome.stock")
public record StockSettings(@DefaultValue("1") int partitions) {

  static final int MOST_PARTITIONS = 1000;

  public StockSettings {
    if (partitions < 1 || partitions > MOST_PARTITIONS) {
      throw new IllegalArgumentException("firstcome.stock.partitions must be 1 to 1000");
    }
  }
}
