package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.infra.jobs.JobSettings;
import dev.firstcome.infra.postgres.DatabaseSettings;
import dev.firstcome.infra.redis.RedisSettings;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;

class LimitsCheckTest {

  /** As configured by default, but for these. */
  private static LimitsCheck with(Map<String, Object> others) throws IOException {
    MutablePropertySources sources = new MutablePropertySources();
    sources.addLast(new MapPropertySource("others", others));
    sources.addLast(
        new YamlPropertySourceLoader()
            .load("defaults", new ClassPathResource("application.yaml"))
            .get(0));
    Binder binder = new Binder(ConfigurationPropertySources.from(sources));
    return new LimitsCheck(
        binder.bindOrCreate("firstcome.lanes", LaneSettings.class),
        binder.bindOrCreate("firstcome.database", DatabaseSettings.class),
        binder.bindOrCreate("spring.data.redis", RedisSettings.class),
        binder.bindOrCreate("firstcome.loops", JobSettings.class),
        binder.bindOrCreate("firstcome.web", WebSettings.class),
        binder.bindOrCreate("spring.r2dbc", R2dbcProperties.class),
        binder.bindOrCreate("spring.lifecycle", LifecycleProperties.class));
  }

  @Test
  void theDefaultsFitEachOther() {
    assertThatCode(() -> with(Map.of()).afterPropertiesSet()).doesNotThrowAnyException();
  }

  /** The second is part of the sentence, so that it is this pair that refuses. */
  @ParameterizedTest
  @CsvSource({
    "firstcome.database.lock-timeout=1200ms, has waited for rows until it is over",
    "firstcome.lanes.retries=3, has waited for rows until it is over",
    "spring.r2dbc.pool.max-acquire-time=3500ms, given up getting a connection",
    "spring.data.redis.timeout=3500ms, decides without Redis",
    "firstcome.lanes.patience=7s, decided afterwards",
    "firstcome.web.request-timeout=8s, decided afterwards",
    "firstcome.loops.deadline=6s, keeps its connection",
    "firstcome.database.answer-timeout=10s, may yet be committed",
    "spring.lifecycle.timeout-per-shutdown-phase=15s, leaves accepted commands undecided",
    "firstcome.loops.stop-timeout=20s, jobs that have begun",
  })
  void refusesToStartWith(String property, String sentence) {
    String[] pair = property.split("=");
    assertThatThrownBy(() -> with(Map.of(pair[0], pair[1])).afterPropertiesSet())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must be below")
        .hasMessageContaining(sentence);
  }

  @Test
  void refusesToStartIfAReadGoesOnForNobody() {
    Map<String, Object> slow =
        Map.of(
            "firstcome.database.statement-timeout", "10s",
            "firstcome.database.answer-timeout", "11s",
            "firstcome.lanes.deadline", "4s",
            "firstcome.lanes.patience", "2s");
    assertThatThrownBy(() -> with(slow).afterPropertiesSet())
        .hasMessageContaining("a read goes on when nobody waits for it");
  }
}
