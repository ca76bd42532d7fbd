package dev.firstcome.web;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes the connections that one address has too many of. Proxies may have as many as they like.
 */
@Sharable
final class ConnectionsByAddress extends ChannelInboundHandlerAdapter {

  private final ClientAddress clients;
  private final int most;

  /** No more than there are connections, and those are bounded. */
  private final Map<String, Integer> open = new ConcurrentHashMap<>();

  ConnectionsByAddress(ClientAddress clients, int most) {
    this.clients = clients;
    this.most = most;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (!(context.channel().remoteAddress() instanceof InetSocketAddress peer)
        || clients.isProxy(peer)) {
      context.fireChannelActive();
      return;
    }
    String address = ClientAddress.text(peer.getAddress());
    int now = open.merge(address, 1, Integer::sum);
    context
        .channel()
        .closeFuture()
        .addListener(closed -> open.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1));
    if (now > most) {
      context.close();
    } else {
      context.fireChannelActive();
    }
  }
}
