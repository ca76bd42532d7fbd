package dev.firstcome.engine.gate;

import java.util.List;

/**
 * One look at a part of a gate, which was held against the database.
 *
 * @param next where the next look begins; {@link #START} if this was the last part
 * @param compared that of which nothing moved meanwhile
 * @param inconclusive of how much something did
 */
public record DriftPage(String next, List<Compared> compared, int inconclusive) {

  public static final String START = "0";

  /**
   * What one look says of one product or campaign.
   *
   * @param gate how many the gate believed the database to have
   * @param database how many the database has
   * @param repaired whether the gate was corrected on the spot
   */
  public record Compared(long id, long gate, long database, boolean repaired) {

    /** Positive if the gate is too generous, negative if it is too strict. */
    public long difference() {
      return gate - database;
    }
  }
}
