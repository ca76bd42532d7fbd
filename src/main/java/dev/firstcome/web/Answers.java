package dev.firstcome.web;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The answers that handlers give. Every body is {@code application/json}. */
public final class Answers {

  private Answers() {}

  public static Mono<ServerResponse> ok(Object body) {
    return answer(HttpStatus.OK, false).bodyValue(body);
  }

  /**
   * @param replayed whether this is the answer to an earlier request of the same name
   */
  public static Mono<ServerResponse> ok(Object body, boolean replayed) {
    return answer(HttpStatus.OK, replayed).bodyValue(body);
  }

  /** 201 for what has no address of its own. */
  public static Mono<ServerResponse> created(Object body) {
    return answer(HttpStatus.CREATED, false).bodyValue(body);
  }

  /**
   * 201 with {@code Location}.
   *
   * @param location the path of what was made, such as {@code /api/v1/orders/…}
   * @param replayed whether this is the answer to an earlier request of the same name
   */
  public static Mono<ServerResponse> created(String location, Object body, boolean replayed) {
    return answer(HttpStatus.CREATED, replayed).location(URI.create(location)).bodyValue(body);
  }

  public static Mono<ServerResponse> accepted() {
    return ServerResponse.accepted().build();
  }

  public static Mono<ServerResponse> noContent() {
    return ServerResponse.noContent().build();
  }

  private static ServerResponse.BodyBuilder answer(HttpStatus status, boolean replayed) {
    ServerResponse.BodyBuilder answer =
        ServerResponse.status(status).contentType(MediaType.APPLICATION_JSON);
    return replayed ? answer.header("Idempotent-Replayed", "true") : answer;
  }
}
