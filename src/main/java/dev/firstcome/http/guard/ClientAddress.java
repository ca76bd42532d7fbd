package dev.firstcome.http.guard;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;

/**
 * Where a request comes from: the peer of its connection, unless that is a proxy that we trust;
 * then the last address in {@code X-Forwarded-For} that is none. What stands further left may be
 * anybody's invention.
 */
@Component
public class ClientAddress {

  public static final String FORWARDED_FOR = "X-Forwarded-For";

  /** Proxies in a row; a client behind more is known by the last one that was looked at. */
  private static final int MOST_HOPS = 10;

  /** What one customer of an IPv6 network has at the least; the client may vary the other bits. */
  private static final int IPV6_NETWORK_BYTES = 8;

  private final List<IpSubnetFilterRule> proxies;

  public ClientAddress(WebSettings settings) {
    this.proxies =
        settings.trustedProxies().stream()
            .map(block -> new IpSubnetFilterRule(block, IpFilterRuleType.ACCEPT))
            .toList();
  }

  public boolean isProxy(InetSocketAddress address) {
    return proxies.stream().anyMatch(block -> block.matches(address));
  }

  /** The address as the name of the client behind it; for IPv6 its network. */
  public String of(ServerHttpRequest request) {
    List<String> forwarded = request.getHeaders().get(FORWARDED_FOR);
    return of(request.getRemoteAddress(), forwarded == null ? List.of() : forwarded);
  }

  /**
   * @param forwarded the values of {@link #FORWARDED_FOR}
   */
  public String of(@Nullable SocketAddress address, List<String> forwarded) {
    if (!(address instanceof InetSocketAddress peer) || peer.getAddress() == null) {
      return "unknown";
    }
    boolean told = !forwarded.isEmpty() && isProxy(peer);
    return text(told ? behind(peer.getAddress(), forwarded) : peer.getAddress());
  }

  private InetAddress behind(InetAddress peer, List<String> forwarded) {
    String[] hops = String.join(",", forwarded).split(",", -1);
    InetAddress nearest = peer;
    for (int i = hops.length - 1; i >= Math.max(0, hops.length - MOST_HOPS); i--) {
      // A literal, or nothing: no name is ever looked up.
      InetAddress hop = NetUtil.createInetAddressFromIpAddressString(hops[i].strip());
      if (hop == null) {
        return nearest;
      }
      nearest = hop;
      if (!isProxy(new InetSocketAddress(hop, 0))) {
        return hop;
      }
    }
    return nearest;
  }

  static String text(InetAddress address) {
    if (address instanceof Inet6Address) {
      byte[] network = Arrays.copyOf(address.getAddress(), IPV6_NETWORK_BYTES);
      return HexFormat.of().formatHex(network);
    }
    return address.getHostAddress();
  }
}
