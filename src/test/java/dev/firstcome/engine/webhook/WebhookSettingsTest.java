package dev.firstcome.engine.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class WebhookSettingsTest {

  private static final String URL = "https://platform.example/events";

  static WebhookSettings bind(Map<String, String> settings) {
    Map<String, String> named = new HashMap<>();
    settings.forEach((name, value) -> named.put("firstcome.events." + name, value));
    return new Binder(new MapConfigurationPropertySource(named))
        .bindOrCreate("firstcome.events", WebhookSettings.class);
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new HashMap<>(Map.of("url", URL, "secret", Receiver.SECRET));
    settings.put(name, value);
    return settings;
  }

  @Test
  void needsNothingWhenNothingIsSent() {
    assertThat(bind(Map.of()).isConfigured()).isFalse();
    assertThat(bind(Map.of("url", " ", "secret", "")).isConfigured()).isFalse();
  }

  @Test
  void takesAnAddressAndASecret() {
    assertThat(bind(with("allow-private", "false")).isConfigured()).isTrue();
  }

  @Test
  void allowsPlainHttpWherePrivateAddressesAre() {
    Map<String, String> settings = with("url", "http://localhost:9000/events");
    settings.put("allow-private", "true");

    assertThat(bind(settings).isConfigured()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "url, http://platform.example/events, .url must begin with https://",
    "url, ftp://platform.example/events, .url must begin with https://",
    "url, /events, .url must begin with https://",
    "url, https:///events, .url names no host",
    "url, https://me:secret@platform.example/events, .url must not carry a user or password",
    "secret, '', .secret is necessary with firstcome.events.url",
    "secret, whsec_c2hvcnQ=, .secret must be whsec_ and the base64 of 24 to 64 bytes",
    "in-flight, 0, .in-flight must be 1 to 1000",
    "response-timeout, 19s, ': connect-timeout and response-timeout together must not exceed 20s'",
    "connect-timeout, 0s, ': timeouts must be positive'",
    "lease, 13s, .lease must be at least twice connect-timeout and response-timeout together",
    "min-backoff, 9h, .max-backoff must not be below min-backoff",
    "probe-interval, 0s, .probe-interval must be positive"
  })
  void refusesToStartWithLimitsThatMakeNoSense(String name, String value, String message) {
    assertThatThrownBy(() -> bind(with(name, value)))
        .rootCause()
        .hasMessage("firstcome.events" + message);
  }

  @Test
  void doesNotTellItsSecret() {
    String secret = "whsec_bm90IGxvbmcgZW5vdWdo";

    assertThat(bind(with("lease", "1m")).toString()).doesNotContain(Receiver.SECRET.substring(6));
    assertThatThrownBy(() -> bind(with("secret", secret)))
        .satisfies(
            failure -> {
              for (Throwable t = failure; t != null; t = t.getCause()) {
                assertThat(t.toString()).doesNotContain(secret.substring(6));
              }
            });
  }
}
