package dev.firstcome.http.sse;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamSettingsTest {

  private static StreamSettings settings(String period, int clients, int topics, String stuck) {
    Duration heartbeat = Duration.ofSeconds(15);
    Duration retry = Duration.ofSeconds(2);
    return new StreamSettings(
        Duration.parse(period), clients, topics, heartbeat, Duration.parse(stuck), retry);
  }

  @Test
  void takesWhatFitsTogether() {
    assertThatCode(() -> settings("PT0.5S", 1, 1, "PT1S")).doesNotThrowAnyException();
  }

  @Test
  void refusesWhatDoesNot() {
    assertThatThrownBy(() -> settings("PT0.05S", 1, 1, "PT1S")).hasMessageContaining("period");
    assertThatThrownBy(() -> settings("PT1S", 0, 1, "PT1S")).hasMessageContaining("clients");
    assertThatThrownBy(() -> settings("PT1S", 1, 1001, "PT1S")).hasMessageContaining("topics");
    assertThatThrownBy(() -> settings("PT20S", 1, 1, "PT30S")).hasMessageContaining("heartbeat");
    assertThatThrownBy(() -> settings("PT1S", 1, 1, "PT0.5S")).hasMessageContaining("stuck-after");
  }
}
