package dev.firstcome.http.dispatch;

import dev.firstcome.http.admission.Admission;
import dev.firstcome.http.admission.AdmissionHandler;
import dev.firstcome.http.guard.ConnectionDraining;
import dev.firstcome.http.guard.HttpRules;
import dev.firstcome.http.guard.ReadDeadlines;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.http.guard.WriteDeadline;
import dev.firstcome.http.problem.ProblemBodyHandler;
import dev.firstcome.http.problem.RetryAfter;
import io.netty.channel.ChannelHandler;
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

/** What stands on every connection, below everything that Spring sees, in its order. */
@Configuration(proxyBeanMethods = false)
class ServerPipeline {

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
  WebServerFactoryCustomizer<NettyReactiveWebServerFactory> connectionHandlers(
      WebSettings settings,
      JsonMapper json,
      RetryAfter retryAfter,
      ConnectionDraining draining,
      Admission admission) {
    return factory ->
        factory.addServerCustomizers(
            server -> limited(server, settings),
            server ->
                server.doOnChannelInit(
                    (observer, channel, address) ->
                        guard(
                            channel.pipeline(),
                            settings,
                            new AdmissionHandler(admission),
                            new ProblemBodyHandler(
                                json, retryAfter, settings.cors().allowedOrigins()))),
            server -> server.doOnBound(bound -> draining.listensOn(bound.channel())));
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
      ChannelPipeline pipeline,
      WebSettings settings,
      AdmissionHandler admission,
      ProblemBodyHandler problems) {
    if (pipeline.get(NettyPipeline.HttpCodec) == null) {
      throw new IllegalStateException("only HTTP/1.1 is guarded: leave server.http2 off");
    }
    ReadDeadlines deadlines = new ReadDeadlines(settings.headTimeout(), settings.bodyTimeout());
    before(pipeline, "bytes", deadlines.bytes());
    before(pipeline, "silence", closeAfter(settings.idleTimeout()));
    before(pipeline, "unread", new WriteDeadline(settings.writeTimeout()));
    // The first of these is the last to see a request, and the first to see its answer.
    after(pipeline, "admission", admission);
    after(pipeline, "rules", new HttpRules());
    after(pipeline, "problems", problems);
    after(pipeline, "messages", deadlines.messages());
  }

  private static void before(ChannelPipeline pipeline, String name, ChannelHandler handler) {
    pipeline.addBefore(NettyPipeline.HttpCodec, "firstcome." + name, handler);
  }

  private static void after(ChannelPipeline pipeline, String name, ChannelHandler handler) {
    pipeline.addAfter(NettyPipeline.HttpCodec, "firstcome." + name, handler);
  }
}
