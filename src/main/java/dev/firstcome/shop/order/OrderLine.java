package dev.firstcome.shop.order;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One product of an order, with name and price as they were when it was ordered.
 *
 * @param unitPrice in won
 * @param dropId the drop in which it was ordered; null: in none
 * @param discount in won: its part of the order's
 * @param refunded units that were given back
 */
public record OrderLine(
    long productId,
    String name,
    long unitPrice,
    long quantity,
    @Nullable Long dropId,
    long discount,
    long refunded) {

  /** In won, before the discount. */
  public long amount() {
    return unitPrice * quantity;
  }

  /** Units that are not given back. */
  public long kept() {
    return quantity - refunded;
  }

  /** What some more of its units cost: all parts together are what was paid for the line. */
  public Refund.Item refund(long units) {
    return new Refund.Item(productId, units, worth(refunded + units) - worth(refunded));
  }

  /** What the first units cost: for all of them exactly what was paid. */
  private long worth(long units) {
    return Math.multiplyExact(units, amount() - discount) / quantity;
  }

  OrderLine discountedBy(long part) {
    return new OrderLine(productId, name, unitPrice, quantity, dropId, part, refunded);
  }

  OrderLine refundedBy(long units) {
    return new OrderLine(
        productId, name, unitPrice, quantity, dropId, discount, Math.addExact(refunded, units));
  }

  /** A part that was cut to whole won, and how much was cut, in parts of the subtotal. */
  private record Share(int line, long won, BigInteger remainder) {}

  /**
   * The rule by which an order's discount falls to its lines: by amount, the largest remainder
   * first, ties to the lower product id. So the parts add up to the discount, and no part is more
   * than its line.
   *
   * @param lines sorted by product id
   * @param discount in won, at most what they cost together
   * @return the same lines, each with its part
   */
  static List<OrderLine> split(List<OrderLine> lines, long discount) {
    if (discount == 0 || lines.size() == 1) {
      return lines.stream().map(line -> line.discountedBy(discount)).toList();
    }
    List<Share> shares = shares(lines, discount);
    long[] parts = shares.stream().mapToLong(Share::won).toArray();
    long left = discount - shares.stream().mapToLong(Share::won).sum();
    shares.stream()
        .sorted(Comparator.comparing(Share::remainder).reversed())
        .limit(left)
        .forEach(share -> parts[share.line]++);
    List<OrderLine> split = new ArrayList<>(lines.size());
    for (int i = 0; i < parts.length; i++) {
      split.add(lines.get(i).discountedBy(parts[i]));
    }
    return List.copyOf(split);
  }

  /** Amount times discount may exceed a long. */
  private static List<Share> shares(List<OrderLine> lines, long discount) {
    BigInteger whole = BigInteger.valueOf(discount);
    BigInteger subtotal = BigInteger.valueOf(lines.stream().mapToLong(OrderLine::amount).sum());
    List<Share> shares = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      BigInteger[] part =
          BigInteger.valueOf(lines.get(i).amount()).multiply(whole).divideAndRemainder(subtotal);
      shares.add(new Share(i, part[0].longValueExact(), part[1]));
    }
    return shares;
  }
}
