package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
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

  @Test
  void namesACommandThatWorksWhereThePortIsTaken() {
    assertThat(DevelopmentShop.taken(8080))
        .contains("8080 is taken")
        .contains("SERVER_PORT=8081 ./mvnw spring-boot:test-run");
  }
}
