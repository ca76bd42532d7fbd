package dev.firstcome.web;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
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

/**
 * A JSON document whose type nobody has to find out: it is always {@code application/json}, so it
 * is written as it is, without Spring's choice among writers.
 *
 * @param headers besides those of every document
 */
record JsonAnswer(HttpStatusCode statusCode, HttpHeaders headers, Object body)
    implements ServerResponse {

  private static final MultiValueMap<String, ResponseCookie> NO_COOKIES =
      CollectionUtils.unmodifiableMultiValueMap(new LinkedMultiValueMap<>());

  @Override
  public MultiValueMap<String, ResponseCookie> cookies() {
    return NO_COOKIES;
  }

  @Override
  public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
    if (!(context instanceof ShortWay.Context own)) {
      return ServerResponse.from(this)
          .contentType(MediaType.APPLICATION_JSON)
          .bodyValue(body)
          .flatMap(answer -> answer.writeTo(exchange, context));
    }
    byte[] bytes = own.json().writeValueAsBytes(body);
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
