package dev.firstcome.infra.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;

/** The open channels to Redis, which Lettuce shows to nobody afterwards. */
final class RedisSocket implements NettyCustomizer {

  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  @Override
  public void afterChannelInitialized(Channel channel) {
    open.add(channel);
  }

  /** Those that are not closed yet. */
  ChannelGroup channels() {
    return open;
  }

  /** Closes them; Lettuce makes others. */
  void hangUp() {
    open.close();
  }
}
