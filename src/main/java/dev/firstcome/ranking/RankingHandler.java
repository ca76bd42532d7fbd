package dev.firstcome.ranking;

import dev.firstcome.web.Answers;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class RankingHandler {

  private final BestSellers bestSellers;

  RankingHandler(BestSellers bestSellers) {
    this.bestSellers = bestSellers;
  }

  Mono<ServerResponse> popular(ServerRequest request) {
    return bestSellers.latest().flatMap(Answers::ok);
  }
}
