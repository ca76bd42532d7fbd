package dev.firstcome.shop.ranking;

/**
 * What was sold of one product in one minute, as PostgreSQL has it.
 *
 * @param minute in minutes since the epoch
 * @param units sold less refunded; negative for a moment if a refund is counted before its sale
 * @param version grows with every change
 */
record Sale(long minute, long productId, long units, long version) {

  /** Where a sale stands in the order in which a rebuild reads them. */
  record Cursor(long minute, long productId) {

    static final Cursor START = new Cursor(0, 0);

    String text() {
      return minute + " " + productId;
    }

    static Cursor parse(String text) {
      int space = text.indexOf(' ');
      return new Cursor(
          Long.parseLong(text.substring(0, space)), Long.parseLong(text.substring(space + 1)));
    }
  }

  Cursor cursor() {
    return new Cursor(minute, productId);
  }
}
