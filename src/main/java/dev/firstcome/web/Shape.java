package dev.firstcome.web;

import dev.firstcome.problem.Violation.Rule;
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
final class Shape<T> implements Member {

  private static final ClassValue<Shape<?>> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape<?> computeValue(Class<?> type) {
          return new Shape<>(type);
        }
      };

  private final Constructor<T> constructor;
  private final String[] names;
  private final Member[] members;
  private final boolean[] required;
  private final Map<String, Integer> positions = new HashMap<>();

  @SuppressWarnings("unchecked") // SHAPES maps every class to its own shape
  static <T> Shape<T> of(Class<T> type) {
    return (Shape<T>) SHAPES.get(type);
  }

  private Shape(Class<T> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException("not a record: " + type);
    }
    RecordComponent[] components = type.getRecordComponents();
    constructor = canonical(type, components);
    names = new String[components.length];
    members = new Member[components.length];
    required = new boolean[components.length];
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
      members[i] = Member.of(components[i].getGenericType());
      required[i] = !components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
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
  public @Nullable T read(JsonParser json, String path, Checks checks) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return Member.wrong(json, path, checks, Rule.OBJECT);
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
      Checks checks,
      @Nullable Object[] values,
      boolean[] seen) {
    Integer position = positions.get(name);
    if (position == null) {
      Member.wrong(json, prefix + shortened(name), checks, Rule.UNKNOWN);
    } else if (seen[position]) {
      Member.wrong(json, prefix + name, checks, Rule.DUPLICATE);
    } else {
      seen[position] = true;
      if (json.currentToken() != JsonToken.VALUE_NULL) {
        values[position] = members[position].read(json, prefix + name, checks);
      } else {
        checks.check(prefix + name, !required[position], Rule.REQUIRED);
      }
    }
  }

  /** The client chose this name: it is not echoed at any length. */
  private static String shortened(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "…";
  }

  private @Nullable T make(@Nullable Object[] values, Checks checks) {
    try {
      T made = constructor.newInstance(values);
      if (made instanceof Valid valid) {
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
