package dev.firstcome.engine.webhook;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses are on the public Internet, after IANA's registries of <a
 * href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4</a> and <a
 * href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6</a> special purposes. The
 * metadata services of clouds are on link-local and unique local addresses.
 */
final class Addresses {

  private static final List<IpSubnetFilterRule> SPECIAL_IPV4 =
      blocks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  /** All that is given to anybody is in here. */
  private static final IpSubnetFilterRule GLOBAL_IPV6 = block("2000::/3");

  // Teredo and 6to4 (2001::/32, 2002::/16) carry an IPv4 address that somebody else would connect
  // to.
  private static final List<IpSubnetFilterRule> SPECIAL_IPV6 =
      blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  /** NAT64: the last four bytes are the IPv4 address that is really connected to. */
  private static final IpSubnetFilterRule NAT64 = block("64:ff9b::/96");

  private Addresses() {}

  static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return !isIn(SPECIAL_IPV4, address);
    }
    if (NAT64.matches(socket(address))) {
      return isPublic(of(Arrays.copyOfRange(bytes, 12, 16)));
    }
    return GLOBAL_IPV6.matches(socket(address)) && !isIn(SPECIAL_IPV6, address);
  }

  private static boolean isIn(List<IpSubnetFilterRule> blocks, InetAddress address) {
    return blocks.stream().anyMatch(block -> block.matches(socket(address)));
  }

  private static InetSocketAddress socket(InetAddress address) {
    return new InetSocketAddress(address, 0);
  }

  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static List<IpSubnetFilterRule> blocks(String... blocks) {
    return Stream.of(blocks).map(Addresses::block).toList();
  }

  private static IpSubnetFilterRule block(String block) {
    return new IpSubnetFilterRule(block, IpFilterRuleType.ACCEPT);
  }
}
