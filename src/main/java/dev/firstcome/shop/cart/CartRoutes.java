package dev.firstcome.shop.cart;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class CartRoutes {

  @Bean
  RouterFunction<ServerResponse> cartRouter(CartHandler cart) {
    return route()
        .GET("/api/v1/cart", cart::show)
        .DELETE("/api/v1/cart", cart::clear)
        .POST("/api/v1/cart/items", cart::add)
        .PUT("/api/v1/cart/items/{productId}", cart::set)
        .DELETE("/api/v1/cart/items/{productId}", cart::remove)
        .build();
  }
}
