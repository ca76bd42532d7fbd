package dev.firstcome.http.json;

import dev.firstcome.refusal.Violation.Rule;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;

/** How one JSON value becomes one Java value, without any coercion. */
public interface ValueReader {

  /**
   * Reads the value at the parser's current token and leaves the parser at its last token.
   *
   * @param path the value's own name
   * @return null if a violation was recorded
   */
  @Nullable Object read(JsonParser json, String path, Violations checks);

  static ValueReader of(Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      ValueReader element = of(list.getActualTypeArguments()[0]);
      return (json, path, checks) -> list(element, json, path, checks);
    }
    if (type instanceof ParameterizedType given && given.getRawType() == Given.class) {
      ValueReader value = of(given.getActualTypeArguments()[0]);
      return (json, path, checks) -> given(value.read(json, path, checks));
    }
    if (!(type instanceof Class<?> plain)) {
      throw new IllegalArgumentException("no JSON form for " + type);
    }
    return of(plain);
  }

  private static ValueReader of(Class<?> type) {
    if (type == long.class || type == Long.class) {
      return (json, path, checks) -> integer(json, path, checks);
    } else if (type == int.class || type == Integer.class) {
      return (json, path, checks) -> smallInteger(json, path, checks);
    } else if (type == boolean.class || type == Boolean.class) {
      return ValueReader::truth;
    } else if (type == String.class) {
      return ValueReader::text;
    } else if (type == Instant.class) {
      return ValueReader::instant;
    } else if (type == UUID.class) {
      return ValueReader::uuid;
    } else if (type.isEnum()) {
      return (json, path, checks) -> constant(type.getEnumConstants(), json, path, checks);
    }
    return RecordReader.of(type);
  }

  private static @Nullable Object given(@Nullable Object value) {
    return value == null ? null : new Given<>(value);
  }

  /** Records the violation and passes over the value, so that the rest is still looked at. */
  static <T> @Nullable T wrong(
      JsonParser json, String path, Violations checks, Rule rule, Object... namesAndValues) {
    checks.check(path, false, rule, namesAndValues);
    json.skipChildren();
    return null;
  }

  private static @Nullable Long integer(JsonParser json, String path, Violations checks) {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == NumberType.BIG_INTEGER) {
      return wrong(json, path, checks, Rule.INTEGER);
    }
    return json.getLongValue();
  }

  private static @Nullable Integer smallInteger(JsonParser json, String path, Violations checks) {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() != NumberType.INT) {
      return wrong(json, path, checks, Rule.INTEGER);
    }
    return json.getIntValue();
  }

  private static @Nullable Boolean truth(JsonParser json, String path, Violations checks) {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      return wrong(json, path, checks, Rule.BOOLEAN);
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private static @Nullable String text(JsonParser json, String path, Violations checks) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      return wrong(json, path, checks, Rule.TEXT);
    }
    String text = json.getString();
    return storable(text) ? text : wrong(json, path, checks, Rule.TEXT_CHARACTERS);
  }

  /** PostgreSQL has no NUL in a text, and half a surrogate pair has no UTF-8. */
  private static boolean storable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static @Nullable Instant instant(JsonParser json, String path, Violations checks) {
    Instant instant =
        json.currentToken() == JsonToken.VALUE_STRING ? Instants.parse(json.getString()) : null;
    return instant == null ? wrong(json, path, checks, Rule.INSTANT) : instant;
  }

  private static @Nullable UUID uuid(JsonParser json, String path, Violations checks) {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      UUID id = uuid(json.getString());
      if (id != null) {
        return id;
      }
    }
    return wrong(json, path, checks, Rule.UUID);
  }

  Pattern CANONICAL_UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** The canonical form only: {@link UUID#fromString} also takes {@code 1-1-1-1-1}. */
  static @Nullable UUID uuid(String text) {
    return CANONICAL_UUID.matcher(text).matches() ? UUID.fromString(text) : null;
  }

  private static @Nullable Object constant(
      Object[] constants, JsonParser json, String path, Violations checks) {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      String text = json.getString();
      for (Object constant : constants) {
        if (((Enum<?>) constant).name().equals(text)) {
          return constant;
        }
      }
    }
    String allowed = String.join(", ", Arrays.stream(constants).map(Object::toString).toList());
    return wrong(json, path, checks, Rule.ONE_OF, "allowed", allowed);
  }

  private static @Nullable List<Object> list(
      ValueReader element, JsonParser json, String path, Violations checks) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return wrong(json, path, checks, Rule.LIST);
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      Object value = element.read(json, path + "[" + i + "]", checks);
      if (value != null) {
        values.add(value);
      }
    }
    return List.copyOf(values);
  }
}
