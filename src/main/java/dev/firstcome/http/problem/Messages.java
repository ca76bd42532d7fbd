package dev.firstcome.http.problem;

import dev.firstcome.http.json.Instants;
import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.ResourceBundle.Control;
import java.util.stream.Stream;

/** The words of one language, from {@code problems*.properties}. */
final class Messages {

  private static final Messages ENGLISH = load(Locale.ENGLISH);
  private static final Messages KOREAN = load(Locale.KOREAN);

  private static final String TITLE = ".title";

  private final Locale locale;
  private final Map<String, String> texts;

  private Messages(Locale locale, Map<String, String> texts) {
    this.locale = locale;
    this.texts = texts;
  }

  /** Reads the words, unless they have been read. */
  static void load() {
    // All of it is done by the initialisation of this class.
  }

  static Messages in(Locale locale) {
    return locale.getLanguage().equals(Locale.KOREAN.getLanguage()) ? KOREAN : ENGLISH;
  }

  /** No fallback to the machine's locale: English is the file without a suffix. */
  private static Messages load(Locale locale) {
    Control control = Control.getNoFallbackControl(Control.FORMAT_PROPERTIES);
    ResourceBundle bundle = ResourceBundle.getBundle("problems", locale, control);
    Map<String, String> texts = new HashMap<>();
    bundle.keySet().forEach(key -> texts.put(key, bundle.getString(key)));
    return new Messages(locale, Map.copyOf(texts));
  }

  /** Of every refusal that there are words for. */
  static Stream<String> codes() {
    return ENGLISH.texts.keySet().stream()
        .filter(key -> key.endsWith(TITLE))
        .map(key -> key.substring(0, key.length() - TITLE.length()));
  }

  Locale locale() {
    return locale;
  }

  String title(Refusal refusal) {
    return text(refusal.name() + TITLE, Map.of());
  }

  String detail(Refused refused) {
    String reason = refused.reason() == null ? "" : "." + refused.reason();
    return text(refused.refusal().name() + reason + ".detail", refused.members());
  }

  String violation(Violation violation) {
    return text("violation." + violation.rule().name(), violation.values());
  }

  private String text(String key, Map<String, Object> values) {
    String text = texts.get(key);
    if (text == null) {
      throw new IllegalStateException("no message " + key + " in " + locale);
    }
    if (text.indexOf('{') >= 0) {
      for (Map.Entry<String, Object> value : values.entrySet()) {
        text = text.replace("{" + value.getKey() + "}", worded(value.getValue()));
      }
    }
    return text;
  }

  private static String worded(Object value) {
    return value instanceof Instant instant ? Instants.text(instant) : String.valueOf(value);
  }
}
