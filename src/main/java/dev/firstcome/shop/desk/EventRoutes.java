package dev.firstcome.shop.desk;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class EventRoutes {

  @Bean
  RouterFunction<ServerResponse> setAsideRouter(SetAsideHandler aside) {
    return route().GET("/api/v1/admin/set-aside", aside::list).build();
  }

  @Bean
  RouterFunction<ServerResponse> orderSearchRouter(OrderSearchHandler orders) {
    return route()
        .GET("/api/v1/admin/orders", orders::list)
        .GET("/api/v1/admin/orders/{id}", orders::show)
        .build();
  }

  @Bean
  RouterFunction<ServerResponse> dropReportRouter(DropReports reports) {
    return route().GET("/api/v1/admin/drops/{id}/report", reports::show).build();
  }

  @Bean
  RouterFunction<ServerResponse> eventRouter(EventHandler events) {
    return route()
        .GET("/api/v1/admin/events", events::list)
        .POST("/api/v1/admin/events/redeliver", events::redeliverAll)
        .POST("/api/v1/admin/events/{id}/redeliver", events::redeliver)
        .build();
  }
}
