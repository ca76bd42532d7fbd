package dev.firstcome.webhook;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class EventRoutes {

  @Bean
  RouterFunction<ServerResponse> eventRouter(EventHandler events) {
    return route()
        .GET("/api/v1/admin/events", events::list)
        .POST("/api/v1/admin/events/{id}/redeliver", events::redeliver)
        .build();
  }
}
