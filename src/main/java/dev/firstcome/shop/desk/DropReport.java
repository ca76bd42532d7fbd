package dev.firstcome.shop.desk;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.firstcome.shop.order.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a drop. All but the refusals is of one moment.
 *
 * @param orders with a line in it, by status
 * @param buyers users who keep at least one unit that they paid for
 * @param firstOrderAt null: there was none
 * @param soldOutAt when the last unit was ordered, if nothing is left
 * @param refusals by code
 * @param perSecond those of the first ten minutes that had orders
 * @param cost how long PostgreSQL took to say all this
 */
record DropReport(
    Units units,
    Map<Order.Status, Long> orders,
    long buyers,
    @Nullable Instant firstOrderAt,
    @Nullable Instant soldOutAt,
    Map<String, Long> refusals,
    List<Second> perSecond,
    @JsonIgnore Duration cost) {

  /**
   * Units that were ordered in the drop are sold, pending, returned or written off. Those that were
   * returned are left, or were ordered again.
   *
   * @param sold in paid orders, without what was refunded
   * @param pending in orders that are not paid
   * @param returned by cancellations, expiries and refunds, to the stock
   * @param left in stock
   * @param writtenOff refunded, but not sold again
   */
  record Units(long offered, long sold, long pending, long returned, long left, long writtenOff) {

    static Units of(long sold, long pending, long returned, long left, long writtenOff) {
      long offered = sold + pending + left + writtenOff;
      return new Units(offered, sold, pending, returned, left, writtenOff);
    }
  }

  /**
   * One second of it.
   *
   * @param at its beginning, counted from the opening
   * @param orders made in it, whatever became of them
   */
  record Second(Instant at, long orders, long units) {}

  DropReport with(List<Second> seconds) {
    return new DropReport(units, orders, buyers, firstOrderAt, soldOutAt, refusals, seconds, cost);
  }

  DropReport with(Map<String, Long> counted, Duration took) {
    return new DropReport(units, orders, buyers, firstOrderAt, soldOutAt, counted, perSecond, took);
  }
}
