package dev.firstcome.demo.page;

import dev.firstcome.demo.page.TrafficMeters.Figures;
import dev.firstcome.http.sse.Feed;
import dev.firstcome.http.sse.Streams;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.product.Products;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What this instance does at the moment, beside the stock of one product. */
@Component
@ConditionalOnProperty("firstcome.page.enabled")
class Board {

  /** No product has this id: the figures alone. */
  private static final long NONE = 0;

  private static final Pattern ID = Pattern.compile("[0-9]{1,18}");

  private final TrafficMeters traffic;
  private final Products products;
  private final Feed<Long> feed;

  Board(TrafficMeters traffic, Products products, Streams streams) {
    this.traffic = traffic;
    this.products = products;
    this.feed = streams.feed("board", this::states);
  }

  record Shelf(long id, String name, long price, long stock) {}

  /**
   * @param product null if none was asked for, or there is no such product
   */
  record State(Figures figures, @Nullable Shelf product) {}

  /**
   * Takes {@code ?product=}, an id.
   *
   * @throws Refused {@code INVALID_REQUEST} if that is no id
   */
  Mono<ServerResponse> stream(ServerRequest request) {
    String product = request.queryParam("product").orElse("0");
    if (!ID.matcher(product).matches()) {
      throw Violation.of("product", Rule.INTEGER).refused();
    }
    long id = Long.parseLong(product);
    // A product that does not exist is no topic of its own, because topics are limited.
    return known(id).flatMap(known -> feed.watch(request, known ? id : NONE));
  }

  private Mono<Boolean> known(long id) {
    return id == NONE
        ? Mono.just(false)
        : products.find(id).map(there -> true).onErrorReturn(Board::isNone, false);
  }

  private static boolean isNone(Throwable failure) {
    return failure instanceof Refused refused && refused.refusal().status() == HttpStatus.NOT_FOUND;
  }

  private Mono<Map<Long, State>> states(Set<Long> ids) {
    Figures figures = traffic.now();
    return Flux.fromIterable(ids)
        .flatMap(id -> state(id, figures).map(state -> Map.entry(id, state)), ids.size())
        .collectMap(Map.Entry::getKey, Map.Entry::getValue);
  }

  private Mono<State> state(long id, Figures figures) {
    State bare = new State(figures, null);
    if (id == NONE) {
      return Mono.just(bare);
    }
    return products
        .find(id)
        .map(p -> new State(figures, new Shelf(p.id(), p.name(), p.price(), p.stock())))
        .onErrorReturn(Board::isNone, bare);
  }
}
