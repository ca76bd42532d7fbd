package dev.firstcome.shop.drop;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.security.OpenPaths;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class DropRoutes {

  @Bean
  RouterFunction<ServerResponse> dropRouter(DropHandler drops) {
    return route()
        .GET("/api/v1/drops", drops::list)
        .GET("/api/v1/drops/{id}", drops::show)
        .GET("/api/v1/drops/{id}/stream", drops::stream)
        .POST("/api/v1/admin/drops", drops::create)
        .PATCH("/api/v1/admin/drops/{id}", drops::change)
        .build();
  }

  @Bean
  OpenPaths openDrops() {
    return OpenPaths.get("/api/v1/drops", "/api/v1/drops/{id}", "/api/v1/drops/{id}/stream");
  }
}
