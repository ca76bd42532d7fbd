package dev.firstcome;

import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** The shop as one process: an HTTP API in front of PostgreSQL (the truth) and Redis (the gate). */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Firstcome {

  /**
   * The one clock; rules get their time as an argument. It ticks in microseconds, as PostgreSQL
   * keeps time: what is answered is what will be read again.
   */
  @Bean
  Clock clock() {
    return Clock.tick(Clock.systemUTC(), Duration.ofNanos(1000));
  }

  /** For durations: it never goes back, nor is it ever set. */
  @Bean
  LongSupplier nanos() {
    return System::nanoTime;
  }

  public static void main(String[] args) {
    SpringApplication.run(Firstcome.class, args);
  }
}
