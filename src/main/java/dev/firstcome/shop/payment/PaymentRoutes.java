package dev.firstcome.shop.payment;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class PaymentRoutes {

  @Bean
  RouterFunction<ServerResponse> paymentRouter(
      PaymentHandler payments,
      CancelHandler cancellations,
      OrderDeskHandler desk,
      LedgerHandler ledger) {
    return route()
        .POST("/api/v1/payments", payments::pay)
        .GET("/api/v1/payments/{id}", payments::show)
        .POST("/api/v1/orders/{id}/cancel", cancellations::cancel)
        .POST("/api/v1/admin/orders/{id}/cancel", desk::cancel)
        .POST("/api/v1/admin/orders/{id}/refunds", desk::refund)
        .GET("/api/v1/admin/exports/ledger", ledger::export)
        .build();
  }
}
