package dev.firstcome.http.sse;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A state as one server-sent event, encoded once for all who watch.
 *
 * @param id names the state by its content: a client that has seen it need not be told again
 */
record Frame(String id, byte[] bytes) {

  /** A comment, which no client shows. */
  static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  /**
   * @param json on one line, as every answer of ours is
   */
  static Frame of(String event, String json) {
    String id = UUID.nameUUIDFromBytes(json.getBytes(StandardCharsets.UTF_8)).toString();
    String text = "id: " + id + "\nevent: " + event + "\ndata: " + json + "\n\n";
    return new Frame(id, text.getBytes(StandardCharsets.UTF_8));
  }

  boolean isSameAs(Frame other) {
    return this == other || id.equals(other.id);
  }
}
