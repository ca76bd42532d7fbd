package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** Settings end up in logs, secrets must not. */
class SecretsTest {

  private static final String MARK = "c29tZXRoaW5nIHRoYXQgbm9ib2R5IG1heSBzZWU";

  /** Every text in which a setting may hold a secret. A new one has to be put here. */
  private static final Map<String, String> SECRETS =
      Map.of(
          "firstcome.security.jwtSecret",
          MARK,
          "firstcome.events.secret",
          "whsec_" + MARK + "=",
          "firstcome.events.url",
          "https://platform.example/events",
          "spring.data.redis.url",
          "redis://user:" + MARK + "@cache:6379",
          "spring.data.redis.password",
          MARK,
          "spring.flyway.url",
          "jdbc:postgresql://db:5432/firstcome?user=shop&password=" + MARK,
          "spring.flyway.password",
          MARK);

  @Test
  void knowsEverySettingThatMayHoldASecret() throws ClassNotFoundException {
    List<String> found =
        settings()
            .flatMap(type -> Arrays.stream(type.getRecordComponents()).map(c -> name(type, c)))
            .filter(name -> name.matches("(?i).*(secret|password|\\.url|token|private.?key)"))
            .toList();
    assertThat(found).containsExactlyInAnyOrderElementsOf(SECRETS.keySet());
  }

  @Test
  void keepsSecretsOutOfWhatSettingsSayAboutThemselves() throws ClassNotFoundException {
    Map<String, String> properties = new HashMap<>();
    SECRETS.forEach((name, value) -> properties.put(dashed(name), value));
    Binder binder = new Binder(new MapConfigurationPropertySource(properties));
    assertThat(settings().map(type -> binder.bindOrCreate(prefix(type), type).toString()))
        .hasSizeGreaterThan(10)
        .noneMatch(text -> text.contains(MARK));
  }

  private static String dashed(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
  }

  private static String name(Class<?> type, RecordComponent component) {
    return prefix(type) + "." + component.getName();
  }

  private static String prefix(Class<?> type) {
    return type.getAnnotation(ConfigurationProperties.class).value();
  }

  private static Stream<Class<?>> settings() throws ClassNotFoundException {
    ClassPathScanningCandidateComponentProvider scan =
        new ClassPathScanningCandidateComponentProvider(false);
    scan.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
    List<Class<?>> types = new java.util.ArrayList<>();
    for (var bean : scan.findCandidateComponents("dev.firstcome")) {
      types.add(Class.forName(bean.getBeanClassName()));
    }
    return types.stream().filter(Class::isRecord);
  }
}
