package dev.firstcome.shop.ranking;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.security.OpenPaths;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class RankingRoutes {

  /** Asked before the products' own, where {@code popular} would be an id. */
  @Bean
  @Order(0)
  RouterFunction<ServerResponse> rankingRouter(RankingHandler ranking) {
    return route()
        .GET("/api/v1/products/popular", ranking::popular)
        .GET("/api/v1/products/popular/stream", ranking::stream)
        .build();
  }

  @Bean
  OpenPaths openRanking() {
    return OpenPaths.get("/api/v1/products/popular", "/api/v1/products/popular/stream");
  }
}
