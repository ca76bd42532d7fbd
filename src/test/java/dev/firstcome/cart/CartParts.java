package dev.firstcome.cart;

import dev.firstcome.database.Database;
import java.time.Clock;

/** This room for a simulated instance: made of its real classes. */
public final class CartParts {

  private CartParts() {}

  public static Carts carts(Database database, Clock clock) {
    return new Carts(new CartRepository(database), clock);
  }
}
