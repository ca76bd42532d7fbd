package dev.firstcome.infra.postgres;

import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns records into the arrays that {@code unnest} takes: one statement for many rows. */
public final class Columns {

  private Columns() {}

  public static <T> Long[] longs(Collection<T> rows, Function<T, @Nullable Long> value) {
    return rows.stream().map(value).toArray(Long[]::new);
  }

  public static <T> String[] texts(Collection<T> rows, Function<T, @Nullable String> value) {
    return rows.stream().map(value).toArray(String[]::new);
  }

  public static <T> UUID[] uuids(Collection<T> rows, Function<T, @Nullable UUID> value) {
    return rows.stream().map(value).toArray(UUID[]::new);
  }

  public static <T> Instant[] instants(Collection<T> rows, Function<T, @Nullable Instant> value) {
    return rows.stream().map(value).toArray(Instant[]::new);
  }
}
