package dev.firstcome.refusal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Mono;

/**
 * A way in which a room says no. Each room lists its own in an enum; the constant's name is the
 * {@code code} of the problem document, and the messages in {@code problems*.properties} carry its
 * title and detail in each language.
 */
public interface Refusal {

  /** The {@code code} member, upper snake case: the name of the enum constant. */
  String name();

  HttpStatus status();

  /** This refusal without extension members. */
  default Refused refused() {
    return new Refused(this, Map.of());
  }

  /**
   * This refusal with its extension members.
   *
   * @param namesAndValues name, value, name, value … in the order in which they are to be shown
   */
  default Refused refused(@Nullable Object... namesAndValues) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      members.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return new Refused(this, members);
  }

  /** A Mono that ends with this refusal, for {@code switchIfEmpty}. */
  default <T> Mono<T> asError() {
    return Mono.error(this::refused);
  }
}
