package dev.firstcome.infra.postgres;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * Event loops that make the driver's connections notice when the server is gone. Loops are the only
 * place where the driver lets others near its sockets.
 */
final class KeepaliveLoopResources implements LoopResources {

  private static final Logger log = LoggerFactory.getLogger(KeepaliveLoopResources.class);

  /** Seconds of rest before the kernel asks whether the other side is there, and between asking. */
  private static final int KEEPALIVE_IDLE = 5;

  private static final int KEEPALIVE_INTERVAL = 2;
  private static final int KEEPALIVE_PROBES = 3;

  private final LoopResources loops;
  private final Duration limit;

  /**
   * @param limit how long a question, or a byte that the kernel has sent, may stay unanswered
   */
  KeepaliveLoopResources(LoopResources loops, Duration limit) {
    this.loops = loops;
    this.limit = limit;
    if (!Epoll.isAvailable()) {
      log.info("no epoll: a lost connection that is at rest is found when it is next used");
    }
  }

  @Override
  public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
    C channel = loops.onChannel(type, group);
    channel.pipeline().addFirst("firstcome.peer", new PeerWatch(limit));
    if (channel instanceof EpollSocketChannel) {
      ChannelConfig config = channel.config();
      config.setOption(EpollChannelOption.TCP_USER_TIMEOUT, Math.toIntExact(limit.toMillis()));
      config.setOption(ChannelOption.SO_KEEPALIVE, true);
      config.setOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE);
      config.setOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
      config.setOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
    return channel;
  }

  @Override
  public <C extends Channel> Class<? extends C> onChannelClass(
      Class<C> type, EventLoopGroup group) {
    return loops.onChannelClass(type, group);
  }

  @Override
  public EventLoopGroup onClient(boolean useNative) {
    return loops.onClient(useNative);
  }

  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return loops.onServer(useNative);
  }

  @Override
  public EventLoopGroup onServerSelect(boolean useNative) {
    return loops.onServerSelect(useNative);
  }

  @Override
  public boolean daemon() {
    return loops.daemon();
  }

  @Override
  public void dispose() {
    loops.dispose();
  }

  @Override
  public Mono<Void> disposeLater() {
    return loops.disposeLater();
  }

  @Override
  public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
    return loops.disposeLater(quietPeriod, timeout);
  }
}
