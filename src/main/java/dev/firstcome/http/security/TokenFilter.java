package dev.firstcome.http.security;

import dev.firstcome.http.security.Access.Demand;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets only clients pass that show the token that the path demands, and leaves the {@link Caller}
 * for the handler. A filter of our own, because Spring Security's chain costs more than the whole
 * rest of the way in (docs/decisions).
 */
@Component
public class TokenFilter implements WebFilter {

  static final String ADMIN_SCOPE = "admin";

  private static final int LONGEST_TOKEN = 8 * 1024;

  private final Access access;
  private final Tokens tokens;

  TokenFilter(Access access, Tokens tokens) {
    this.access = access;
    this.tokens = tokens;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    Demand demand = access.of(request.getMethod(), request.getPath().pathWithinApplication());
    if (demand == Demand.NOTHING) {
      return chain.filter(exchange);
    }
    String header = header(request.getHeaders());
    Caller known = tokens.known(header);
    if (known != null) {
      return admit(known, demand, exchange, chain);
    }
    return tokens.verify(token(header)).flatMap(caller -> admit(caller, demand, exchange, chain));
  }

  private static Mono<Void> admit(
      Caller caller, Demand demand, ServerWebExchange exchange, WebFilterChain chain) {
    if (demand == Demand.ADMIN && !caller.hasScope(ADMIN_SCOPE)) {
      return Mono.error(TokenFilter::forbidden);
    }
    exchange.getAttributes().put(Caller.ATTRIBUTE, caller);
    return chain.filter(exchange);
  }

  private static String header(HttpHeaders headers) {
    @Nullable List<String> values = headers.get(HttpHeaders.AUTHORIZATION);
    if (values == null || values.isEmpty()) {
      throw unauthenticated("Bearer");
    }
    if (values.size() > 1) {
      throw unauthenticated("Bearer error=\"invalid_request\"");
    }
    return values.get(0);
  }

  private static String token(String header) {
    if (header.length() > Tokens.SCHEME.length() + LONGEST_TOKEN
        || !header.regionMatches(true, 0, Tokens.SCHEME, 0, Tokens.SCHEME.length())) {
      throw unauthenticated("Bearer error=\"invalid_request\"");
    }
    String token = header.substring(Tokens.SCHEME.length());
    // One token, one spelling: a client that is known by its header must not have many.
    if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
      throw unauthenticated("Bearer error=\"invalid_request\"");
    }
    return token;
  }

  /** RFC 6750, 3: a caller without a token is told the scheme only. */
  static Refused unauthenticated(String challenge) {
    return CommonRefusal.UNAUTHENTICATED
        .refused()
        .withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
  }

  private static Refused forbidden() {
    String challenge = "Bearer error=\"insufficient_scope\", scope=\"" + ADMIN_SCOPE + "\"";
    return CommonRefusal.FORBIDDEN.refused().withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
  }
}
