package dev.firstcome.shop.audit;

import dev.firstcome.http.dispatch.IdempotencyKey;
import dev.firstcome.http.security.Caller;
import dev.firstcome.infra.observe.TraceId;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.RequestName;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * An administrator asks for a change.
 *
 * @param actor the caller's user id
 * @param action what is to be done, such as {@code product.change}; the audit has it as well
 * @param target what the path names, in one spelling; empty if it names nothing
 * @param key the Idempotency-Key; null if there is none
 * @param traceId under which the logs know the request
 * @param content what is asked for, as it was read: another one under the same key is refused
 */
public record AdminRequest(
    String actor,
    String action,
    String target,
    @Nullable String key,
    String traceId,
    Object content) {

  /** A request that may have a key, and has no body. */
  public static AdminRequest of(ServerRequest request, String action, Object target) {
    return of(request, action, target, IdempotencyKey.ifAny(request));
  }

  /**
   * A request that must have a key.
   *
   * @throws Refused {@code IDEMPOTENCY_KEY_REQUIRED}
   */
  public static AdminRequest named(ServerRequest request, String action, Object target) {
    return of(request, action, target, IdempotencyKey.of(request));
  }

  private static AdminRequest of(
      ServerRequest request, String action, Object target, @Nullable IdempotencyKey key) {
    return new AdminRequest(
        Caller.of(request).userId(),
        action,
        target.toString(),
        key == null ? null : key.value(),
        TraceId.of(request.exchange()),
        "");
  }

  /** The same with its body. */
  public AdminRequest asking(Object content) {
    return new AdminRequest(actor, action, target, key, traceId, content);
  }

  /** One step of it, to be done in a transaction of its own. */
  public AdminRequest step(int number) {
    return new AdminRequest(actor, action, target + "#" + number, key, traceId, content);
  }

  /** Names it for ever: the same for each repetition. What it makes may be named after it. */
  public UUID id() {
    return RequestName.of("admin", actor, action, target, key == null ? traceId : key);
  }
}
