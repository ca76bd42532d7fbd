package dev.firstcome.shop.audit;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class AuditRoutes {

  @Bean
  RouterFunction<ServerResponse> auditRouter(AuditHandler audit) {
    return route().GET("/api/v1/admin/audit", audit::list).build();
  }
}
