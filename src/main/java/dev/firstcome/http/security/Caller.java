package dev.firstcome.http.security;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * The caller, as the verified bearer token names it: never from a path or a body.
 *
 * @param userId the token's {@code sub}, 1 to 64 visible ASCII characters
 * @param scopes the token's scopes
 */
public record Caller(String userId, Set<String> scopes) {

  /** The exchange attribute under which the token filter leaves the caller. */
  static final String ATTRIBUTE = Caller.class.getName();

  /**
   * The caller of a request that passed the token filter on a path that needs a token.
   *
   * @throws IllegalStateException if the path was open to everybody: a mistake in the route table
   */
  public static Caller of(ServerRequest request) {
    if (request.attributes().get(ATTRIBUTE) instanceof Caller caller) {
      return caller;
    }
    throw new IllegalStateException("no caller on " + request.path());
  }

  /** The same for a filter; null on a path that is open to everybody. */
  public static @Nullable Caller of(ServerWebExchange exchange) {
    return exchange.getAttributes().get(ATTRIBUTE) instanceof Caller caller ? caller : null;
  }

  public boolean hasScope(String scope) {
    return scopes.contains(scope);
  }
}
