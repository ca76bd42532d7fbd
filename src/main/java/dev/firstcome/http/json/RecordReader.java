package dev.firstcome.http.json;

import dev.firstcome.refusal.Violation.Rule;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What the JSON object of one record must look like: each component is a member, required unless it
 * is {@link Nullable}, and there are no others. Read from the token stream directly, because a data
 * binder stops at the first fault and coerces by default.
 */
final class RecordReader<T> implements ValueReader {

  private static final ClassValue<RecordReader<?>> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordReader<?> computeValue(Class<?> type) {
          return new RecordReader<>(type);
        }
      };

  private final Constructor<T> constructor;
  private final String[] names;
  private final ValueReader[] members;
  private final boolean[] required;
  private final boolean[] clearable;
  private final Map<String, Integer> positions = new HashMap<>();

  @SuppressWarnings("unchecked") // SHAPES maps every class to its own shape
  static <T> RecordReader<T> of(Class<T> type) {
    return (RecordReader<T>) SHAPES.get(type);
  }

  private RecordReader(Class<T> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException("not a record: " + type);
    }
    RecordComponent[] components = type.getRecordComponents();
    constructor = canonical(type, components);
    names = new String[components.length];
    members = new ValueReader[components.length];
    required = new boolean[components.length];
    clearable = new boolean[components.length];
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
      members[i] = ValueReader.of(components[i].getGenericType());
      required[i] = !components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
      clearable[i] = components[i].getType() == Given.class;
      positions.put(names[i], i);
    }
  }

  private static <T> Constructor<T> canonical(Class<T> type, RecordComponent[] components) {
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<T> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public @Nullable T read(JsonParser json, String path, Violations checks) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return ValueReader.wrong(json, path, checks, Rule.OBJECT);
    }
    int before = checks.count();
    String prefix = path.isEmpty() ? "" : path + ".";
    @Nullable Object[] values = new Object[names.length];
    boolean[] seen = new boolean[names.length];
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      readMember(json, name, prefix, checks, values, seen);
    }
    for (int i = 0; i < names.length; i++) {
      if (required[i] && !seen[i]) {
        checks.check(prefix + names[i], false, Rule.REQUIRED);
      }
    }
    return checks.count() > before ? null : make(values, checks.at(prefix));
  }

  private void readMember(
      JsonParser json,
      String name,
      String prefix,
      Violations checks,
      @Nullable Object[] values,
      boolean[] seen) {
    Integer position = positions.get(name);
    if (position == null) {
      ValueReader.wrong(json, prefix + shortened(name), checks, Rule.UNKNOWN);
    } else if (seen[position]) {
      ValueReader.wrong(json, prefix + name, checks, Rule.DUPLICATE);
    } else {
      seen[position] = true;
      if (json.currentToken() != JsonToken.VALUE_NULL) {
        values[position] = members[position].read(json, prefix + name, checks);
      } else if (clearable[position]) {
        values[position] = new Given<>(null);
      } else {
        checks.check(prefix + name, !required[position], Rule.REQUIRED);
      }
    }
  }

  /** The client chose this name: it is not echoed at any length. */
  private static String shortened(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "…";
  }

  private @Nullable T make(@Nullable Object[] values, Violations checks) {
    try {
      T made = constructor.newInstance(values);
      if (made instanceof SelfValidating valid) {
        valid.validate(checks);
      }
      return made;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
