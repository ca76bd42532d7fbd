package dev.firstcome.dev;

import dev.firstcome.dev.ApiDocument.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Notes every answer of the API of the shop that it is put into, for {@link OnlyDocumentedAnswers}.
 * Around everything that Spring does, so that it sees what clients see, refusals included.
 */
final class AnswerNotes implements HttpHandlerDecoratorFactory {

  @Override
  public HttpHandler apply(HttpHandler shop) {
    return (request, response) ->
        shop.handle(request, isOfTheApi(request) ? new Noting(request, response) : response);
  }

  private static boolean isOfTheApi(ServerHttpRequest request) {
    return request.getPath().value().startsWith("/api/");
  }

  private static final class Noting extends ServerHttpResponseDecorator {

    private final String method;
    private final String path;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean noted;

    Noting(ServerHttpRequest request, ServerHttpResponse response) {
      super(response);
      this.method = request.getMethod().name();
      this.path = request.getPath().value();
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> buffers) {
      return super.writeWith(
          buffers instanceof Mono<? extends DataBuffer> one
              ? one.doOnNext(this::copy).doOnSuccess(last -> note())
              : Flux.from(buffers).doOnNext(this::copy).doOnComplete(this::note));
    }

    /** A stream: its head, and then each part that is sent at once, which ends with a line. */
    @Override
    public Mono<Void> writeAndFlushWith(
        Publisher<? extends Publisher<? extends DataBuffer>> parts) {
      return Mono.defer(
          () -> {
            note();
            return super.writeAndFlushWith(
                Flux.from(parts)
                    .map(
                        part -> Flux.from(part).doOnNext(this::copy).doOnComplete(this::notePart)));
          });
    }

    /** Also called at the end of an answer that had a body. */
    @Override
    public Mono<Void> setComplete() {
      return Mono.defer(
          () -> {
            note();
            return super.setComplete();
          });
    }

    private void copy(DataBuffer buffer) {
      byte[] bytes = new byte[buffer.readableByteCount()];
      // Not a reading: the buffer is still to be sent.
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = buffer.getByte(buffer.readPosition() + i);
      }
      body.writeBytes(bytes);
    }

    private void note() {
      if (noted) {
        return;
      }
      noted = true;
      notePart();
    }

    private void notePart() {
      int status = Objects.requireNonNull(getStatusCode(), "no status").value();
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      headers.putAll(getHeaders().toSingleValueMap());
      String text = body.toString(StandardCharsets.UTF_8);
      body.reset();
      OnlyDocumentedAnswers.note(new Answer(method, path, status, headers, text));
    }
  }
}
