package dev.firstcome.web;

import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.EventExecutorGroup;
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
      WebSettings settings, JsonMapper json, LastWords lastWords) {
    return factory ->
        factory.addServerCustomizers(
            server -> limited(server, settings, json),
            server -> server.doOnBound(bound -> lastWords.listensOn(bound.channel())));
  }

  private static HttpServer limited(HttpServer server, WebSettings settings, JsonMapper json) {
    int head = Math.toIntExact(settings.maxHead().toBytes());
    return server
        .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(head).maxHeaderSize(head))
        .idleTimeout(settings.idleTimeout())
        .maxConnections(settings.maxConnections())
        .doOnChannelInit((observer, channel, address) -> guard(channel.pipeline(), settings, json));
  }

  private static void guard(ChannelPipeline pipeline, WebSettings settings, JsonMapper json) {
    if (pipeline.get(NettyPipeline.HttpCodec) == null) {
      throw new IllegalStateException("only HTTP/1.1 is guarded: leave server.http2 off");
    }
    ReadDeadlines deadlines = new ReadDeadlines(settings.headTimeout(), settings.bodyTimeout());
    pipeline.addBefore(NettyPipeline.HttpCodec, "firstcome.bytes", deadlines.bytes());
    pipeline.addAfter(NettyPipeline.HttpCodec, "firstcome.empty", new EmptyErrors(json));
    pipeline.addAfter(NettyPipeline.HttpCodec, "firstcome.messages", deadlines.messages());
  }
}
