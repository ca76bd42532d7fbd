package dev.firstcome;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The settings as the compiler wrote them down from the records that hold them. */
final class Settings {

  private Settings() {}

  static Stream<JsonNode> all() {
    try {
      byte[] text =
          new ClassPathResource("META-INF/spring-configuration-metadata.json")
              .getContentAsByteArray();
      return JsonMapper.shared().readTree(text).path("properties").valueStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Set<String> names() {
    return all()
        .map(setting -> setting.path("name").asString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  static String preset(JsonNode setting) {
    JsonNode value = setting.path("defaultValue");
    return value.isArray()
        ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
        : value.asString("");
  }

  /** As the environment spells it. */
  static String variable(String name) {
    return name.replace('.', '_').replace("-", "").toUpperCase(Locale.ROOT);
  }
}
