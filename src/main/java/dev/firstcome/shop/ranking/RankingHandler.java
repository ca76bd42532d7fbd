package dev.firstcome.shop.ranking;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.sse.Feed;
import dev.firstcome.http.sse.Streams;
import dev.firstcome.shop.ranking.Ranking.Place;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class RankingHandler {

  /** There is one list. */
  private static final String ALL = "all";

  private final BestSellers bestSellers;
  private final Feed<String> feed;

  RankingHandler(BestSellers bestSellers, Streams streams) {
    this.bestSellers = bestSellers;
    this.feed = streams.feed("popular", all -> shown());
  }

  Mono<ServerResponse> popular(ServerRequest request) {
    return bestSellers.latest().flatMap(Answers::secondOld);
  }

  Mono<ServerResponse> stream(ServerRequest request) {
    return feed.watch(request, ALL);
  }

  private Mono<Map<String, PopularState>> shown() {
    return bestSellers.latest().map(ranking -> Map.of(ALL, new PopularState(ranking.items())));
  }

  /** Without the times of the count: the same list is not news. */
  record PopularState(List<Place> items) {}
}
