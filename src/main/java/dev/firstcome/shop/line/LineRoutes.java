package dev.firstcome.shop.line;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class LineRoutes {

  @Bean
  RouterFunction<ServerResponse> lineRouter(TicketHandler tickets) {
    return route()
        .POST("/api/v1/drops/{id}/ticket", tickets::take)
        .GET("/api/v1/drops/{id}/ticket", tickets::show)
        .DELETE("/api/v1/drops/{id}/ticket", tickets::leave)
        .build();
  }
}
