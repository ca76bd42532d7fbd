package dev.firstcome.shop.audit;

import dev.firstcome.http.dispatch.Answers;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The answer as it is sent, the first time and whenever its key is repeated: the same text.
 *
 * @param etag the header's value
 * @param body JSON; null for none
 * @param replayed whether an earlier request of the same key made the change
 */
public record AdminReply(
    int status,
    @Nullable String location,
    @Nullable String etag,
    @Nullable String body,
    boolean replayed) {

  public Mono<ServerResponse> response() {
    HttpHeaders headers = new HttpHeaders();
    if (location != null) {
      headers.set(HttpHeaders.LOCATION, location);
    }
    if (etag != null) {
      headers.set(HttpHeaders.ETAG, etag);
    }
    return Answers.written(HttpStatus.valueOf(status), headers, body, replayed);
  }
}
