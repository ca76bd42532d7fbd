package dev.firstcome.shop.cart;

import dev.firstcome.infra.postgres.Database;
import java.time.Clock;

/** This room for a simulated instance: made of its real classes. */
public final class CartParts {

  private CartParts() {}

  public static Carts carts(Database database, Clock clock) {
    return new Carts(new CartSql(database), clock);
  }
}
