package dev.firstcome.web;

import dev.firstcome.security.TestTokens;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** Starts the {@link House} on a real server, once for all tests that are marked with it. */
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
    classes = House.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "firstcome.security.jwt-secret=" + TestTokens.SECRET,
      "firstcome.web.head-timeout=700ms",
      "firstcome.web.body-timeout=700ms",
      "firstcome.web.request-timeout=1500ms",
      "firstcome.limits.writes-per-second=1",
      "firstcome.limits.writes-burst=40",
    })
@interface HouseTest {}
