package dev.firstcome.http.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/**
 * Paths that need no token. Every bean of this type adds to them; a path that none of them names
 * needs a token.
 *
 * @param method the only method that is open (HEAD follows GET); null for all
 * @param patterns as in a route, such as {@code /dev/**}
 */
public record OpenPaths(@Nullable HttpMethod method, List<String> patterns) {

  /** Open for reading only. */
  public static OpenPaths get(String... patterns) {
    return new OpenPaths(HttpMethod.GET, List.of(patterns));
  }

  /** Open for every method. */
  public static OpenPaths any(String... patterns) {
    return new OpenPaths(null, List.of(patterns));
  }
}
