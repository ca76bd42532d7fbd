package dev.firstcome.infra.observe;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** What the shop adds to Spring Boot's tracing; see the profile in application.yaml. */
@Configuration(proxyBeanMethods = false)
@Profile("tracing")
class TracingConfiguration {

  @Bean
  Spans spans(ObservationRegistry observations) {
    return new ObservedSpans(observations);
  }

  /** Before Micrometer's own, which takes every context and knows no links. */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  BatchSpans batchSpans(Tracer tracer) {
    return new BatchSpans(tracer);
  }

  @Bean
  TracedRequests tracedRequests() {
    return new TracedRequests();
  }
}
