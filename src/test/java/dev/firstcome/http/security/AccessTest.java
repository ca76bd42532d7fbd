package dev.firstcome.http.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.security.Access.Demand;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;

/** What a path demands, also when it is spelled strangely. */
class AccessTest {

  private static Access access(boolean openMetrics, OpenPaths... contributed) {
    StaticListableBeanFactory beans = new StaticListableBeanFactory();
    for (OpenPaths paths : contributed) {
      beans.addBean(paths.patterns().toString(), paths);
    }
    return new Access(
        beans.getBeanProvider(OpenPaths.class),
        new SecuritySettings(null, Duration.ZERO, 1, openMetrics));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /things, NOTHING",
    "HEAD, /things, NOTHING",
    "POST, /things, TOKEN",
    "GET, /things/1, NOTHING",
    "GET, /things/1/secret, TOKEN",
    "GET, /api/v1/orders, TOKEN",
    "GET, /actuator/health, NOTHING",
    "GET, /actuator/health/liveness, NOTHING",
    "GET, /actuator/prometheus, NOTHING",
    "GET, /actuator/env, TOKEN",
    "GET, /actuator, TOKEN",
    "GET, /unheard/of, TOKEN",
    "GET, /api/v1/admin, ADMIN",
    "GET, /api/v1/admin/products, ADMIN",
    "GET, /api/v1/%61dmin/products, ADMIN",
    "GET, /api/v1/admin;x=1/products, ADMIN",
    "GET, /things/../api/v1/admin/products, TOKEN",
    "OPTIONS, /things, TOKEN",
  })
  void demandsWhatTheContractSays(String method, String path, Demand demand) {
    Access access = access(true, OpenPaths.get("/things", "/things/{id}"));
    assertThat(access.of(HttpMethod.valueOf(method), PathContainer.parsePath(path)))
        .isEqualTo(demand);
  }

  @Test
  void keepsTheMetricsForAdministratorsOnDemand() {
    PathContainer path = PathContainer.parsePath("/actuator/prometheus");
    assertThat(access(false).of(HttpMethod.GET, path)).isEqualTo(Demand.ADMIN);
    assertThat(access(true).of(HttpMethod.GET, path)).isEqualTo(Demand.NOTHING);
  }

  @Test
  void opensWhatAnotherRoomContributesButNeverAdministration() {
    Access access = access(true, OpenPaths.any("/dev/**"), OpenPaths.any("/api/v1/admin/**"));
    PathContainer dev = PathContainer.parsePath("/dev/tokens");
    assertThat(access.of(HttpMethod.POST, dev)).isEqualTo(Demand.NOTHING);
    PathContainer admin = PathContainer.parsePath("/api/v1/admin/products");
    assertThat(access.of(HttpMethod.POST, admin)).isEqualTo(Demand.ADMIN);
  }
}
