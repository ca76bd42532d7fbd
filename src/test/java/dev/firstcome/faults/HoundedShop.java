package dev.firstcome.faults;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.NoBlocking;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An instance under BlockHound: a call that blocks an event loop is in its log, with its stack. */
final class HoundedShop {

  static final String FOUND = "BLOCKED BY ";

  private HoundedShop() {}

  public static void main(String[] args) {
    // So many stacks tell enough. Printing would block as well, so another thread does.
    BlockingQueue<String> found = new LinkedBlockingQueue<>(20);
    NoBlocking.install(found);
    Thread scribe = new Thread(() -> write(found), "scribe");
    scribe.setDaemon(true);
    scribe.start();
    Firstcome.main(args);
  }

  private static void write(BlockingQueue<String> found) {
    try {
      while (true) {
        System.out.println(FOUND + found.take());
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
