package dev.firstcome.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import tools.jackson.databind.json.JsonMapper;

/** Bounds of time and size for connections, below everything that Spring sees. */
@Configuration(proxyBeanMethods = false)
class NettyLimits {

  /** One loop for each core: the default of at least four makes two cores switch for nothing. */
  @Bean
  ReactorResourceFactory httpLoops(WebSettings settings) {
    int cores = Runtime.getRuntime().availableProcessors();
    int loops = settings.eventLoops() == 0 ? cores : settings.eventLoops();
    ReactorResourceFactory resources = new ReactorResourceFactory();
    resources.setUseGlobalResources(false);
    resources.setLoopResourcesSupplier(() -> LoopResources.create("http", loops, true));
    return resources;
  }

  /** The same loops, to be watched. */
  @Bean(destroyMethod = "")
  EventExecutorGroup httpEventLoops(ReactorResourceFactory httpLoops) {
    return httpLoops.getLoopResources().onServer(LoopResources.DEFAULT_NATIVE);
  }

  @Bean
  WebServerFactoryCustomizer<NettyReactiveWebServerFactory> connectionLimits(
      WebSettings settings,
      JsonMapper json,
      LastWords lastWords,
      Turnstile.Keeper keeper,
      ClientAddress clients) {
    ConnectionsByAddress connections =
        new ConnectionsByAddress(clients, settings.maxConnectionsPerAddress());
    return factory ->
        factory.addServerCustomizers(
            server -> limited(server, settings),
            server ->
                server.doOnChannelInit(
                    (observer, channel, address) ->
                        guard(
                            channel.pipeline(),
                            settings,
                            new EmptyErrors(json),
                            new Turnstile(keeper))),
            server ->
                settings.maxConnectionsPerAddress() == 0 ? server : counted(server, connections),
            server -> server.doOnBound(bound -> lastWords.listensOn(bound.channel())));
  }

  private static HttpServer counted(HttpServer server, ConnectionsByAddress connections) {
    return server.doOnChannelInit(
        (observer, channel, address) ->
            channel.pipeline().addFirst("firstcome.connections", connections));
  }

  private static HttpServer limited(HttpServer server, WebSettings settings) {
    int head = Math.toIntExact(settings.maxHead().toBytes());
    return server
        .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(head).maxHeaderSize(head))
        .idleTimeout(settings.idleTimeout())
        .maxConnections(settings.maxConnections());
  }

  /**
   * The server's own idle timeout looks between requests only, and a connection can be stuck in
   * one: reactor-netty 1.3.8 neither answers a request with {@code Connection: close} that came
   * before the end of a long answer, nor closes after it. A stream is no silence: it is written to.
   */
  private static IdleStateHandler closeAfter(Duration silence) {
    return new IdleStateHandler(0, 0, silence.toMillis(), TimeUnit.MILLISECONDS) {
      @Override
      protected void channelIdle(
          ChannelHandlerContext context, IdleStateEvent nothingReadOrWritten) {
        context.close();
      }
    };
  }

  private static void guard(
      ChannelPipeline pipeline, WebSettings settings, EmptyErrors errors, Turnstile turnstile) {
    if (pipeline.get(NettyPipeline.HttpCodec) == null) {
      throw new IllegalStateException("only HTTP/1.1 is guarded: leave server.http2 off");
    }
    ReadDeadlines deadlines = new ReadDeadlines(settings.headTimeout(), settings.bodyTimeout());
    pipeline.addBefore(NettyPipeline.HttpCodec, "firstcome.bytes", deadlines.bytes());
    pipeline.addBefore(
        NettyPipeline.HttpCodec, "firstcome.silence", closeAfter(settings.idleTimeout()));
    pipeline.addBefore(
        NettyPipeline.HttpCodec, "firstcome.writes", new WriteDeadline(settings.writeTimeout()));
    pipeline.addAfter(NettyPipeline.HttpCodec, "firstcome.turnstile", turnstile);
    pipeline.addAfter(NettyPipeline.HttpCodec, "firstcome.empty", errors);
    pipeline.addAfter(NettyPipeline.HttpCodec, "firstcome.messages", deadlines.messages());
  }
}
