package dev.firstcome.shop.coupon;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.security.OpenPaths;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class CouponRoutes {

  @Bean
  RouterFunction<ServerResponse> couponRouter(CouponHandler coupons) {
    return route()
        .GET("/api/v1/coupons", coupons::list)
        .GET("/api/v1/coupons/{id}", coupons::show)
        .GET("/api/v1/coupons/{id}/stream", coupons::stream)
        .POST("/api/v1/coupons/{id}/issue", coupons::issue)
        .GET("/api/v1/issued-coupons", coupons::mine)
        .POST("/api/v1/admin/coupons", coupons::create)
        .PATCH("/api/v1/admin/coupons/{id}", coupons::change)
        .build();
  }

  @Bean
  OpenPaths openCoupons() {
    return OpenPaths.get("/api/v1/coupons", "/api/v1/coupons/{id}", "/api/v1/coupons/{id}/stream");
  }
}
