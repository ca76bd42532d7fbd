package dev.firstcome.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The channels to Redis, which Lettuce shows to nobody afterwards. */
final class RedisSocket implements NettyCustomizer {

  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Channel latest;

  @Override
  public void afterChannelInitialized(Channel channel) {
    latest = channel;
    open.add(channel);
    channel.closeFuture().addListener(closed -> open.remove(channel));
  }

  @Nullable Channel channel() {
    return latest;
  }

  /** Closes them; Lettuce makes others. */
  void hangUp() {
    open.forEach(Channel::close);
  }
}
