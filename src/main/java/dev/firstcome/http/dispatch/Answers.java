package dev.firstcome.http.dispatch;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.util.RawValue;

/** The answers that handlers give. Every body is {@code application/json}. */
public final class Answers {

  private Answers() {}

  public static Mono<ServerResponse> ok(Object body) {
    return ok(body, false);
  }

  /**
   * @param replayed whether this is the answer to an earlier request of the same name
   */
  public static Mono<ServerResponse> ok(Object body, boolean replayed) {
    return Mono.just(new JsonAnswer(HttpStatus.OK, headers(replayed), body));
  }

  /** What may be as old as a second: anybody may keep it for so long. */
  public static Mono<ServerResponse> secondOld(Object body) {
    HttpHeaders headers = new HttpHeaders();
    headers.setCacheControl(CacheControl.maxAge(Duration.ofSeconds(1)));
    return Mono.just(new JsonAnswer(HttpStatus.OK, headers, body));
  }

  /** 201 for what has no address of its own. */
  public static Mono<ServerResponse> created(Object body) {
    return Mono.just(new JsonAnswer(HttpStatus.CREATED, HttpHeaders.EMPTY, body));
  }

  /**
   * 201 with {@code Location}.
   *
   * @param location the path of what was made, such as {@code /api/v1/orders/…}
   * @param replayed whether this is the answer to an earlier request of the same name
   */
  public static Mono<ServerResponse> created(String location, Object body, boolean replayed) {
    HttpHeaders headers = new HttpHeaders();
    headers.set(HttpHeaders.LOCATION, location);
    headers.addAll(headers(replayed));
    return Mono.just(new JsonAnswer(HttpStatus.CREATED, headers, body));
  }

  /** 200 with the tag of the version that the body shows. */
  public static Mono<ServerResponse> ok(Object body, EntityTag tag) {
    HttpHeaders headers = new HttpHeaders();
    headers.setETag(tag.value());
    return Mono.just(new JsonAnswer(HttpStatus.OK, headers, body));
  }

  /**
   * An answer that was written as JSON before.
   *
   * @param headers of its own
   * @param json null for none
   * @param replayed whether this is the answer to an earlier request of the same name
   */
  public static Mono<ServerResponse> written(
      HttpStatus status, HttpHeaders headers, @Nullable String json, boolean replayed) {
    HttpHeaders all = new HttpHeaders();
    all.addAll(headers);
    all.addAll(headers(replayed));
    return json == null
        ? ServerResponse.status(status).headers(own -> own.addAll(all)).build()
        : Mono.just(new JsonAnswer(status, all, new RawValue(json)));
  }

  public static Mono<ServerResponse> noContent() {
    return ServerResponse.noContent().build();
  }

  private static HttpHeaders headers(boolean replayed) {
    if (!replayed) {
      return HttpHeaders.EMPTY;
    }
    HttpHeaders headers = new HttpHeaders();
    headers.set("Idempotent-Replayed", "true");
    return headers;
  }

  /**
   * A JSON document whose type nobody has to find out: it is always {@code application/json}, so it
   * is written as it is, without Spring's choice among writers.
   *
   * @param headers besides those of every document
   */
  private record JsonAnswer(HttpStatusCode statusCode, HttpHeaders headers, Object body)
      implements ServerResponse {

    private static final MultiValueMap<String, ResponseCookie> NO_COOKIES =
        CollectionUtils.unmodifiableMultiValueMap(new LinkedMultiValueMap<>());

    @Override
    public MultiValueMap<String, ResponseCookie> cookies() {
      return NO_COOKIES;
    }

    @Override
    public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
      byte[] bytes = ((DirectDispatcher.Context) context).json().writeValueAsBytes(body);
      ServerHttpResponse response = exchange.getResponse();
      response.setStatusCode(statusCode);
      HttpHeaders headers = response.getHeaders();
      headers.putAll(this.headers);
      headers.set(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
      headers.setContentLength(bytes.length);
      DataBuffer document = response.bufferFactory().wrap(bytes);
      return response.writeWith(Mono.just(document));
    }
  }
}
