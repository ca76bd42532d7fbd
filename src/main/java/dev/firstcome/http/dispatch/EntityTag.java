package dev.firstcome.http.dispatch;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * The strong {@code ETag} of a resource that administrators change: its version, which every change
 * of theirs makes one higher. What customers change (stock, counts) is no part of it.
 *
 * @param version of the row that the answer was made of
 */
public record EntityTag(long version) {

  private static final Pattern TAG = Pattern.compile("\\s*(W/)?(\"[^\"]*\")\\s*(?:,|$)");

  /** The header's value. */
  public String value() {
    return "\"" + version + "\"";
  }

  /**
   * What {@code If-Match} says, to be asked again where the change is made, under the row's lock. A
   * repeated Idempotency-Key is answered before anybody asks.
   */
  public static Condition condition(ServerRequest request) {
    List<String> values = request.headers().header(HttpHeaders.IF_MATCH);
    return new Condition(values.isEmpty() ? "*" : String.join(",", values));
  }

  /**
   * @param ifMatch the header's value, or {@code *} for whatever there is
   */
  public record Condition(String ifMatch) {

    /** For a change that nobody made conditional. */
    public static final Condition NONE = new Condition("*");

    /** By strong comparison: a weak tag matches nothing (RFC 9110, 13.1.1). */
    public boolean allows(long version) {
      if (ifMatch.strip().equals("*")) {
        return true;
      }
      String wanted = new EntityTag(version).value();
      Matcher tags = TAG.matcher(ifMatch);
      while (tags.find()) {
        if (tags.group(1) == null && tags.group(2).equals(wanted)) {
          return true;
        }
      }
      return false;
    }

    /**
     * @throws Refused {@code VERSION_CHANGED}
     */
    public void demand(long version) {
      if (!allows(version)) {
        throw CommonRefusal.VERSION_CHANGED.refused();
      }
    }
  }
}
