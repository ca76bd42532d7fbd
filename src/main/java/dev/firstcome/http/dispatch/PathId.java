package dev.firstcome.http.dispatch;

import dev.firstcome.http.json.ValueReader;
import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.web.reactive.function.server.ServerRequest;

/** Ids in paths. What cannot be an id names nothing, so it is not found rather than invalid. */
public final class PathId {

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");

  private PathId() {}

  /**
   * @throws Refused the given refusal if the variable is not a positive number
   */
  public static long number(ServerRequest request, String variable, Refusal notFound) {
    String text = request.pathVariable(variable);
    if (!NUMBER.matcher(text).matches()) {
      throw notFound.refused();
    }
    return Long.parseLong(text);
  }

  /**
   * @throws Refused the given refusal if the variable is not a UUID
   */
  public static UUID uuid(ServerRequest request, String variable, Refusal notFound) {
    UUID id = ValueReader.uuid(request.pathVariable(variable));
    if (id == null) {
      throw notFound.refused();
    }
    return id;
  }
}
