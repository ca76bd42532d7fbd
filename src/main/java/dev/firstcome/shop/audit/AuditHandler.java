package dev.firstcome.shop.audit;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Violation.Rule;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class AuditHandler {

  /** As long as a user id, and longer than any subject. */
  private static final int LONGEST = 64;

  private final AuditSql audit;

  AuditHandler(AuditSql audit) {
    this.audit = audit;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    String actor = filter(request, "actor");
    String subject = filter(request, "subject");
    Long after = paging.after("audit", Long::parseLong);
    return audit
        .newestBefore(after == null ? Long.MAX_VALUE : after, paging.rows(), actor, subject)
        .map(rows -> Slice.of(rows, paging, "audit", AuditSql.Entry::id))
        .flatMap(Answers::ok);
  }

  private static @Nullable String filter(ServerRequest request, String name) {
    String value = request.queryParams().getFirst(name);
    if (value == null || value.isEmpty()) {
      return null;
    }
    boolean visible = value.chars().allMatch(c -> c > ' ' && c <= '~');
    Violations.start()
        .length(name, value, 1, LONGEST)
        .check(name, visible, Rule.TEXT_CHARACTERS)
        .done();
    return value;
  }
}
