package dev.firstcome.web;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

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

  public static Mono<ServerResponse> accepted() {
    return ServerResponse.accepted().build();
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
}
