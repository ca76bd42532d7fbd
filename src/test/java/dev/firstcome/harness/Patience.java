package dev.firstcome.harness;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/**
 * How long tests wait. A limit ends what hangs and says nothing about speed, so it is generous, and
 * it grows with the machine: it is written for two fast cores, and a machine with fewer, slower or
 * busier ones gets that many times longer.
 */
public final class Patience {

  /** What {@link #work} takes on the machine that the limits are written for, at its first turn. */
  private static final double REFERENCE_MILLIS = 60;

  private static final double REFERENCE_CORES = 2;
  private static final int BLOCKS = 64;
  private static final double MOST = 10;

  /** How many times slower this machine is than the one that limits are written for; at least 1. */
  private static final double FACTOR = factor();

  /** For what happens at once, or within the shop's own time limits. */
  public static final Duration SOON = of(Duration.ofSeconds(30));

  private Patience() {}

  /**
   * @param written for two fast cores
   */
  public static Duration of(Duration written) {
    return Duration.ofMillis((long) (written.toMillis() * FACTOR));
  }

  private static double factor() {
    long start = System.nanoTime();
    work();
    double slower = (System.nanoTime() - start) / 1e6 / REFERENCE_MILLIS;
    double fewer = REFERENCE_CORES / Runtime.getRuntime().availableProcessors();
    return Math.min(MOST, Math.max(1, slower) * Math.max(1, fewer));
  }

  private static void work() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      byte[] block = new byte[64 * 1024];
      for (int i = 0; i < BLOCKS; i++) {
        digest.update(block);
      }
    } catch (NoSuchAlgorithmException none) {
      throw new IllegalStateException(none);
    }
  }
}
