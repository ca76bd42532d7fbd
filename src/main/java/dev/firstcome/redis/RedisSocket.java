package dev.firstcome.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** The latest channel to Redis, which Lettuce shows to nobody afterwards. */
final class RedisSocket implements NettyCustomizer {

  private volatile @Nullable Channel latest;

  @Override
  public void afterChannelInitialized(Channel channel) {
    latest = channel;
  }

  @Nullable Channel channel() {
    return latest;
  }

  /** Closes it; Lettuce makes another. */
  void hangUp() {
    Channel channel = latest;
    if (channel != null) {
      channel.close();
    }
  }
}
