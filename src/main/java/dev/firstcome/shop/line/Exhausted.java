package dev.firstcome.shop.line;

/**
 * How much of a drop a user may no longer order.
 *
 * @param products how many of its products, as far as is known
 */
public record Exhausted(long dropId, String userId, long products) {

  /** All of it. */
  public static final long ALL = Long.MAX_VALUE;
}
