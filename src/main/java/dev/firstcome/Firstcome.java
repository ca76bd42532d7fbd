package dev.firstcome;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The shop as one process: an HTTP API in front of PostgreSQL (the truth) and Redis (the gate). */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Firstcome {

  public static void main(String[] args) {
    SpringApplication.run(Firstcome.class, args);
  }
}
