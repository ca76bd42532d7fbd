package dev.firstcome.shop.point;

import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.point.Charging.ChargePoints;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** This room for a simulated instance: made of its real classes. */
public final class PointParts {

  private PointParts() {}

  public static Points points(Database database, Clock clock, Lanes lanes) {
    PointSettings settings = new PointSettings(1, 1_000_000);
    return new Points(rows(), new PointSql(), settings, database, clock, lanes);
  }

  public static UUID idOf(String user, String key) {
    return ChargePoints.of(user, key, 1, Instant.EPOCH).id();
  }

  /** What only reads is not simulated. */
  private static PointRepository rows() {
    return (PointRepository)
        Proxy.newProxyInstance(
            PointRepository.class.getClassLoader(),
            new Class<?>[] {PointRepository.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
