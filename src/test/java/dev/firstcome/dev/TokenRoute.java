package dev.firstcome.dev;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Violation.Rule;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code POST /dev/tokens}: anybody's token for the asking. Never part of the jar. */
record TokenRoute(Tokens tokens, RequestBody body) {

  /** As the contract has it: 1 to 64 visible ASCII characters. */
  private static final Pattern USER_ID = Pattern.compile("[!-~]{1,64}");

  /** RFC 6749, 3.3: visible ASCII without quote and backslash. */
  private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,64}");

  private static final int MOST_SCOPES = 16;

  record Ask(String userId, @Nullable List<String> scopes) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .length("userId", userId, 1, 64)
          .check("userId", USER_ID.matcher(userId).matches(), Rule.TEXT_CHARACTERS)
          .size("scopes", scopes, 0, MOST_SCOPES)
          .check("scopes", scopesAreWords(), Rule.TEXT_CHARACTERS);
    }

    private boolean scopesAreWords() {
      return scopes == null || scopes.stream().allMatch(scope -> SCOPE.matcher(scope).matches());
    }
  }

  record Minted(String token) {}

  RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route().POST("/dev/tokens", this::mint).build();
  }

  private Mono<ServerResponse> mint(ServerRequest request) {
    return body.read(request, Ask.class)
        .map(wish -> tokens.of(wish.userId(), wish.scopes() == null ? List.of() : wish.scopes()))
        .flatMap(token -> Answers.ok(new Minted(token)));
  }
}
