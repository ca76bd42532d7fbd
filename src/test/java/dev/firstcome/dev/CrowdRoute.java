package dev.firstcome.dev;

import dev.firstcome.dev.Crowd.Errand;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.CommonRefusal;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code POST /dev/crowd} sends a {@link Crowd}, {@code GET /dev/crowd} tells how it fares. A
 * second crowd is refused while one is there. Never part of the jar.
 */
record CrowdRoute(Crowd crowd, RequestBody body) {

  record Ask(long couponId, long productId, int buyers) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .range("couponId", couponId, 1, Long.MAX_VALUE)
          .range("productId", productId, 1, Long.MAX_VALUE)
          .range("buyers", buyers, 1, Crowd.MOST);
    }
  }

  RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route()
        .POST("/dev/crowd", this::send)
        .GET("/dev/crowd", request -> Answers.ok(crowd.state()))
        .build();
  }

  private Mono<ServerResponse> send(ServerRequest request) {
    return body.read(request, Ask.class)
        .filter(wish -> crowd.send(new Errand(wish.couponId, wish.productId, wish.buyers)))
        .flatMap(wish -> Answers.ok(crowd.state()))
        .switchIfEmpty(
            Mono.error(
                () ->
                    CommonRefusal.TOO_MANY_REQUESTS
                        .refused()
                        .withHeader(HttpHeaders.RETRY_AFTER, "5")));
  }
}
