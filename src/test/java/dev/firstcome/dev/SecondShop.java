package dev.firstcome.dev;

import dev.firstcome.Firstcome;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Another instance of the shop on the same servers, one for all tests of this JVM: what holds only
 * within one instance's lanes does not hold.
 */
public final class SecondShop {

  private static final ConfigurableApplicationContext SHOP = start();

  private SecondShop() {}

  public static int port() {
    return port(SHOP);
  }

  /**
   * One more with settings of its own, to be closed.
   *
   * @param settings such as {@code --firstcome.order.max-pending=10}
   */
  public static ConfigurableApplicationContext start(String... settings) {
    List<String> arguments = new ArrayList<>(List.of(settings));
    arguments.add("--server.port=0");
    return new SpringApplicationBuilder(Firstcome.class)
        .initializers(new ShopTest.WithServers())
        .run(arguments.toArray(String[]::new));
  }

  public static int port(ConfigurableApplicationContext shop) {
    return shop.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }
}
