package dev.firstcome.http.json;

import java.time.Instant;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.module.SimpleModule;

/** How answers are written. */
@Configuration(proxyBeanMethods = false)
class JsonConfiguration {

  /** One event loop, one buffer: the default pool is one queue for all of them. */
  @Bean
  JsonFactoryBuilderCustomizer buffersOfEachEventLoop() {
    return factory -> factory.recyclerPool(JsonRecyclerPools.threadLocalPool());
  }

  @Bean
  JacksonModule instantsOfSixDigits() {
    return new SimpleModule("instants").addSerializer(Instant.class, new Instants.Serializer());
  }
}
