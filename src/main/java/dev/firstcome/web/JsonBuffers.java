package dev.firstcome.web;

import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.util.JsonRecyclerPools;

/** Where answers are written before they leave. */
@Configuration(proxyBeanMethods = false)
class JsonBuffers {

  /** One event loop, one buffer: the default pool is one queue for all of them. */
  @Bean
  JsonFactoryBuilderCustomizer buffersOfEachEventLoop() {
    return factory -> factory.recyclerPool(JsonRecyclerPools.threadLocalPool());
  }
}
