package dev.firstcome.dev;

import dev.firstcome.Firstcome;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Another instance of the shop on the same servers, one for all tests of this JVM: what holds only
 * within one instance's lanes does not hold.
 */
public final class SecondShop {

  private static final ConfigurableApplicationContext SHOP =
      new SpringApplicationBuilder(Firstcome.class)
          .initializers(new ShopTest.WithServers())
          .run("--server.port=0");

  private SecondShop() {}

  public static int port() {
    return SHOP.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }
}
