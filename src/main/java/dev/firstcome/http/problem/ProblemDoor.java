package dev.firstcome.http.problem;

import dev.firstcome.infra.observe.LogLimit;
import dev.firstcome.infra.observe.TraceId;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.webflux.error.ErrorWebExceptionHandler;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** The one door through which every error leaves, ordered before Spring Boot's (-1). */
@Component
@Order(-2)
public class ProblemDoor implements ErrorWebExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(ProblemDoor.class);

  /** While a store is away every request would have a line of its own. */
  private static final LogLimit UNAVAILABLE = new LogLimit(log);

  private final JsonMapper json;
  private final RefusalMeters refusals;
  private final RetryAfter retryAfter;

  ProblemDoor(JsonMapper json, RefusalMeters refusals, RetryAfter retryAfter) {
    this.json = json;
    this.refusals = refusals;
    this.retryAfter = retryAfter;
    // The first refusal is made on an event loop, which must not wait for files.
    Messages.load();
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    Refused refused = Failures.toRefused(failure);
    refusals.count(refused.refusal());
    report(exchange, failure, refused);
    return write(exchange, refused, Failures.status(failure, refused));
  }

  private static void report(ServerWebExchange exchange, Throwable failure, Refused refused) {
    if (refused == failure || !refused.refusal().status().is5xxServerError()) {
      return;
    }
    ServerHttpRequest request = exchange.getRequest();
    String path = request.getPath().value();
    try (MDC.MDCCloseable named = TraceId.inLog(TraceId.of(exchange))) {
      if (refused.refusal() == CommonRefusal.INTERNAL) {
        log.error("{} {} failed", request.getMethod(), path, failure);
      } else {
        String code = refused.refusal().name();
        UNAVAILABLE.warn("{} {} {}: {}", request.getMethod(), path, code, failure.toString());
      }
    }
  }

  private Mono<Void> write(ServerWebExchange exchange, Refused refused, int status) {
    ServerHttpRequest request = exchange.getRequest();
    ServerHttpResponse response = exchange.getResponse();
    String traceId = TraceId.of(exchange);
    String wanted = request.getHeaders().getFirst(HttpHeaders.ACCEPT_LANGUAGE);
    Map<String, Object> document =
        ProblemDocument.of(refused, status, request.getPath().value(), traceId, wanted);
    response.setStatusCode(HttpStatusCode.valueOf(status));
    HttpHeaders headers = response.getHeaders();
    headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    headers.setContentLanguage(ProblemDocument.language(wanted));
    headers.set(TraceId.HEADER, traceId);
    headers.setCacheControl(CacheControl.noStore());
    headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_LANGUAGE);
    if (status == HttpStatus.UNAUTHORIZED.value()) {
      headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    refused.headers().forEach(headers::set);
    retryAfter.oblige(headers, status);
    byte[] bytes = json.writeValueAsBytes(document);
    headers.setContentLength(bytes.length);
    DataBuffer body = response.bufferFactory().wrap(bytes);
    return response.writeWith(Mono.just(body));
  }
}
