package dev.firstcome.shop.stock;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class StockRoutes {

  @Bean
  RouterFunction<ServerResponse> stockRouter(StockHandler stock) {
    return route().POST("/api/v1/admin/stock-adjustments", stock::adjust).build();
  }
}
