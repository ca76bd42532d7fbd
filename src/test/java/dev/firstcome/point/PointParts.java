package dev.firstcome.point;

import dev.firstcome.batch.Lanes;
import dev.firstcome.database.Database;
import dev.firstcome.point.Charging.Charge;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** This room for a simulated instance: made of its real classes. */
public final class PointParts {

  private PointParts() {}

  public static Points points(Database database, Clock clock, Lanes lanes) {
    PointSettings settings = new PointSettings(1, 1_000_000);
    return new Points(rows(), new PointRepository(), settings, database, clock, lanes);
  }

  public static UUID idOf(String user, String key) {
    return Charge.of(user, key, 1, Instant.EPOCH).id();
  }

  /** What only reads is not simulated. */
  private static PointRows rows() {
    return (PointRows)
        Proxy.newProxyInstance(
            PointRows.class.getClassLoader(),
            new Class<?>[] {PointRows.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
