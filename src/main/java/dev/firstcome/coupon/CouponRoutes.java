package dev.firstcome.coupon;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

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
        .build();
  }
}
