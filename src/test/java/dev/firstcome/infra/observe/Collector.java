package dev.firstcome.infra.observe;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Takes traces by OTLP over HTTP, as any collector does. */
final class Collector implements AutoCloseable {

  private final ConcurrentLinkedQueue<byte[]> bodies = new ConcurrentLinkedQueue<>();
  private final DisposableServer server =
      HttpServer.create()
          .host("127.0.0.1")
          .port(0)
          .route(
              routes ->
                  routes.post(
                      "/v1/traces",
                      (request, response) ->
                          request
                              .receive()
                              .aggregate()
                              .asByteArray()
                              .doOnNext(bodies::add)
                              .then(response.status(200).send().then())))
          .bindNow();

  String url() {
    return "http://127.0.0.1:" + server.port() + "/v1/traces";
  }

  List<Span> spans() {
    return bodies.stream()
        .map(Collector::parse)
        .flatMap(export -> export.getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .map(Collector::span)
        .toList();
  }

  /** As they came: what is in no field that is looked at is in here too. */
  List<String> bodies() {
    return bodies.stream().map(body -> new String(body, StandardCharsets.ISO_8859_1)).toList();
  }

  private static ExportTraceServiceRequest parse(byte[] body) {
    try {
      return ExportTraceServiceRequest.parseFrom(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Span span(io.opentelemetry.proto.trace.v1.Span span) {
    return new Span(
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        span.getName(),
        span.getLinksList().stream().map(link -> hex(link.getTraceId())).toList());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
