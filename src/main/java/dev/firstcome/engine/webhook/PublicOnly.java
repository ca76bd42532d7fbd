package dev.firstcome.engine.webhook;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Refuses to connect to anything that is not on the public Internet. It stands where the connection
 * is made, after every name was resolved: between a check of the name and a second look-up the name
 * could have changed its address.
 */
@Sharable
final class PublicOnly extends ChannelOutboundHandlerAdapter {

  @Override
  public void connect(
      ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise end)
      throws Exception {
    if (remote instanceof InetSocketAddress address
        && address.getAddress() != null
        && Addresses.isPublic(address.getAddress())) {
      super.connect(context, remote, local, end);
    } else {
      end.setFailure(new ForbiddenAddressException());
    }
  }

  /** The platform's name led to an address that is not public. */
  static final class ForbiddenAddressException extends ConnectException {

    private static final long serialVersionUID = 1L;

    ForbiddenAddressException() {
      super("not a public address");
    }
  }
}
