package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.harness.ShopProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FreePortTest {

  @Test
  void isTakenWhileSomebodyListensOnAnyAddress() throws IOException {
    ServerSocket socket = new ServerSocket();
    try (socket) {
      socket.bind(FreePort.loopback(0));
      assertThat(FreePort.isTaken(socket.getLocalPort())).isTrue();
      assertThat(FreePort.isTaken(0)).isFalse();
    }
    assertThat(FreePort.isTaken(socket.getLocalPort())).isFalse();
  }

  /** In a process of its own, as Maven starts it. */
  @Test
  void endsAShopBeforeItsServersAreStarted() throws Exception {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(FreePort.loopback(0));
      ProcessBuilder shop = ShopProcess.java(DevelopmentShop.class);
      shop.environment().put("SERVER_PORT", String.valueOf(socket.getLocalPort()));
      Process process = shop.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isEqualTo(1);
      assertThat(said)
          .contains(DevelopmentShop.taken(socket.getLocalPort()))
          .doesNotContain("PostgreSQL");
    }
  }

  @Test
  void namesACommandThatWorksWhereThePortIsTaken() {
    assertThat(DevelopmentShop.taken(8080))
        .contains("8080 is taken")
        .contains("SERVER_PORT=8081 ./mvnw spring-boot:test-run");
  }
}
