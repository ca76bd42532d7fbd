package dev.firstcome.shop.product;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.security.OpenPaths;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class ProductRoutes {

  @Bean
  RouterFunction<ServerResponse> productRouter(ProductHandler products) {
    return route()
        .GET("/api/v1/products", products::list)
        .GET("/api/v1/products/{id}", products::show)
        .POST("/api/v1/admin/products", products::create)
        .PATCH("/api/v1/admin/products/{id}", products::change)
        .build();
  }

  @Bean
  OpenPaths openProducts() {
    return OpenPaths.get("/api/v1/products", "/api/v1/products/{id}");
  }
}
