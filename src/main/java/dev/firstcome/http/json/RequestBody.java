package dev.firstcome.http.json;

import dev.firstcome.http.guard.Utf8;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/** Request bodies: strict JSON of a bounded size, read into a record that validates itself. */
@Component
public class RequestBody {

  /** Deeper, longer and wider than any body of the API, and far from what would cost us. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          // One event loop, one buffer: the default pool is one queue for all of them.
          .recyclerPool(JsonRecyclerPools.threadLocalPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxNumberLength(20)
                  .maxStringLength(16 * 1024)
                  .maxNameLength(256)
                  .build())
          .build();

  private final int limit;

  RequestBody(WebSettings settings) {
    this.limit = Math.toIntExact(settings.maxBody().toBytes());
  }

  /**
   * The body as a record. Every component is a required member unless it is {@code @Nullable}; a
   * {@link SelfValidating} record is asked about its values as well. Components are long, int,
   * boolean, String, Instant, UUID, enums, records and lists of these.
   *
   * @return ends with {@link Refused}: {@code UNSUPPORTED_MEDIA_TYPE}, {@code BODY_TOO_LARGE}, or
   *     {@code INVALID_REQUEST} naming each member at fault; never empty
   */
  public <T> Mono<T> read(ServerRequest request, Class<T> type) {
    HttpHeaders headers = request.headers().asHttpHeaders();
    long announced = headers.getContentLength();
    boolean none = announced <= 0 && headers.getFirst(HttpHeaders.TRANSFER_ENCODING) == null;
    if (none && headers.getFirst(HttpHeaders.CONTENT_TYPE) == null) {
      return Mono.error(Violation.of("", Rule.EMPTY_BODY)::refused);
    }
    if (!isJson(headers)) {
      return CommonRefusal.UNSUPPORTED_MEDIA_TYPE.asError();
    }
    if (announced > limit) {
      return CommonRefusal.BODY_TOO_LARGE.asError();
    }
    return DataBufferUtils.join(request.exchange().getRequest().getBody(), limit)
        .onErrorMap(DataBufferLimitException.class, e -> CommonRefusal.BODY_TOO_LARGE.refused())
        .onErrorMap(IOException.class, AbortedException::new)
        .map(RequestBody::bytes)
        .switchIfEmpty(Mono.error(Violation.of("", Rule.EMPTY_BODY)::refused))
        .map(bytes -> parse(bytes, type));
  }

  private static boolean isJson(HttpHeaders headers) {
    String coding = headers.getFirst(HttpHeaders.CONTENT_ENCODING);
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      return false;
    }
    String declared = headers.getFirst(HttpHeaders.CONTENT_TYPE);
    if (MediaType.APPLICATION_JSON_VALUE.equals(declared)) {
      return true;
    }
    try {
      MediaType type = MediaType.parseMediaType(declared == null ? "" : declared);
      return type.getType().equals("application")
          && (type.getSubtype().equals("json") || type.getSubtype().endsWith("+json"))
          && (type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8));
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /** The parser takes UTF-16 and UTF-32 as well, whose first characters contain NULs. */
  private static boolean isUtf8(byte[] bytes) {
    for (int i = 0; i < Math.min(4, bytes.length); i++) {
      if (bytes[i] == 0) {
        return false;
      }
    }
    return Utf8.isValid(bytes, bytes.length);
  }

  static <T> T parse(byte[] bytes, Class<T> type) {
    Violations checks = Violations.start();
    checks.check("", isUtf8(bytes), Rule.MALFORMED).done();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
      T value = parse(json, type, checks);
      checks.done();
      return Objects.requireNonNull(value, "neither a value nor a violation");
    }
  }

  private static <T> @Nullable T parse(JsonParser json, Class<T> type, Violations checks) {
    try {
      if (json.nextToken() == null) {
        throw Violation.of("", Rule.EMPTY_BODY).refused();
      }
      T value = RecordReader.of(type).read(json, "", checks);
      if (json.nextToken() != null) {
        checks.check("", false, Rule.TRAILING_CONTENT);
      }
      return value;
    } catch (StreamConstraintsException e) {
      checks.check(place(json), false, Rule.TOO_LARGE_TO_READ);
    } catch (JacksonException e) {
      checks.check(place(json), false, Rule.MALFORMED);
    }
    return null;
  }

  /** Where the parser gave up, as a member's name. */
  private static String place(JsonParser json) {
    Deque<String> names = new ArrayDeque<>();
    TokenStreamContext context = json.streamReadContext();
    for (; context != null && !context.inRoot(); context = context.getParent()) {
      boolean named = context.inObject() && context.currentName() != null;
      names.addFirst(named ? "." + context.currentName() : element(context));
    }
    String place = String.join("", names);
    return place.startsWith(".") ? place.substring(1) : place;
  }

  private static String element(TokenStreamContext context) {
    return context.inArray() ? "[" + context.getCurrentIndex() + "]" : "";
  }
}
