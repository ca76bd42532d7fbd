package dev.firstcome.shop.ranking;

import java.time.Instant;
import java.util.List;

/**
 * The best sellers.
 *
 * @param from the first instant that is counted
 * @param to when it was counted
 */
record Ranking(Instant from, Instant to, List<Place> items) {

  /**
   * @param rank from 1 on; equal units are ranked by the lower product id
   * @param price in won, as of now
   * @param soldQuantity units sold and not refunded
   */
  record Place(int rank, long productId, String name, long price, long soldQuantity) {}
}
