package dev.firstcome.web;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

  static final String FORWARDED_FOR = "X-Forwarded-For";

  /** Proxies in a row; who comes through more is known by the last that was looked at. */
  private static final int MOST_HOPS = 10;

  /** What one customer of an IPv6 network has at the least; further bits are his to vary. */
  private static final int IPV6_NETWORK_BYTES = 8;

  private final List<IpSubnetFilterRule> proxies;

  ClientAddress(WebSettings settings) {
    this.proxies =
        settings.trustedProxies().stream()
            .map(block -> new IpSubnetFilterRule(block, IpFilterRuleType.ACCEPT))
            .toList();
  }

  boolean isProxy(InetSocketAddress address) {
    return proxies.stream().anyMatch(block -> block.matches(address));
  }

  /** The address as the name of whoever is behind it: of IPv6 the network. */
  public String of(ServerHttpRequest request) {
    InetSocketAddress peer = request.getRemoteAddress();
    if (peer == null || peer.getAddress() == null) {
      return "unknown";
    }
    @Nullable List<String> forwarded =
        isProxy(peer) ? request.getHeaders().get(FORWARDED_FOR) : null;
    return text(forwarded == null ? peer.getAddress() : behind(peer.getAddress(), forwarded));
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
