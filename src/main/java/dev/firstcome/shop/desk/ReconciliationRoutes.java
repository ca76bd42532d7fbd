package dev.firstcome.shop.desk;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class ReconciliationRoutes {

  @Bean
  RouterFunction<ServerResponse> consistencyRouter(ReconciliationHandler consistency) {
    return route().GET("/api/v1/admin/consistency", consistency::show).build();
  }
}
