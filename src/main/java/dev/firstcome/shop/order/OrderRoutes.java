package dev.firstcome.shop.order;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class OrderRoutes {

  @Bean
  RouterFunction<ServerResponse> orderRouter(OrderHandler orders) {
    return route()
        .POST("/api/v1/orders", orders::place)
        .GET("/api/v1/orders", orders::list)
        .GET("/api/v1/orders/{id}", orders::show)
        .GET("/api/v1/products/{id}/allowance", orders::allowance)
        .build();
  }
}
