package dev.firstcome.http.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

class ClientAddressTest {

  private final ClientAddress clients = new ClientAddress(settings("10.0.0.0/8,::1"));

  private static WebSettings settings(String proxies) {
    return new Binder(
            new MapConfigurationPropertySource(Map.of("firstcome.web.trusted-proxies", proxies)))
        .bindOrCreate("firstcome.web", Bindable.of(WebSettings.class));
  }

  private String of(String peer, String... forwarded) {
    return clients.of(
        MockServerHttpRequest.post("/")
            .remoteAddress(new InetSocketAddress(peer, 4711))
            .header(ClientAddress.FORWARDED_FOR, forwarded)
            .build());
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.1, 198.51.100.1, 203.0.113.1",
    "10.0.0.1, 198.51.100.1, 198.51.100.1",
    "10.0.0.1, '6.6.6.6, 198.51.100.1', 198.51.100.1",
    "10.0.0.1, '6.6.6.6, 198.51.100.1 ,10.9.9.9', 198.51.100.1",
    "10.0.0.1, '6.6.6.6, not an address', 10.0.0.1",
    "10.0.0.1, '', 10.0.0.1",
    "10.0.0.1, '10.0.0.2, 10.0.0.3', 10.0.0.2",
    "::1, 2001:db8:1:2:3:4:5:6, 20010db800010002",
    "::1, ::ffff:198.51.100.1, 198.51.100.1",
  })
  void isTheLastThatIsNoProxyOfOurs(String peer, String forwarded, String address) {
    assertThat(of(peer, forwarded)).isEqualTo(address);
  }

  @Test
  void readsHeadersThatCameOneByOne() {
    assertThat(of("10.0.0.1", "6.6.6.6", "198.51.100.1")).isEqualTo("198.51.100.1");
    assertThat(of("10.0.0.1")).isEqualTo("10.0.0.1");
  }

  @Test
  void isOneForAWholeNetworkOfIpv6() {
    assertThat(of("2001:db8::1")).isEqualTo(of("2001:db8::ffff:1")).isNotEqualTo(of("2001:db9::1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy.example", "10.0.0.0/33", "::1/129", "10.0.0.0/", "/8"})
  void takesNothingForAProxyThatIsNoAddress(String proxy) {
    assertThatThrownBy(() -> settings(proxy)).rootCause().hasMessageContaining("trusted-proxies");
  }

  @Test
  void trustsNobodyUnlessTold() {
    WebSettings settings =
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("firstcome.web", Bindable.of(WebSettings.class));
    assertThat(settings.trustedProxies()).isEqualTo(List.of());
  }
}
