package dev.firstcome.shop.point;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class PointRoutes {

  @Bean
  RouterFunction<ServerResponse> pointRouter(PointHandler points) {
    return route()
        .PATCH("/api/v1/points", points::charge)
        .GET("/api/v1/points", points::balance)
        .GET("/api/v1/points/history", points::history)
        .build();
  }
}
