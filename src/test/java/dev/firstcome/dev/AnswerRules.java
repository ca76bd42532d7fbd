package dev.firstcome.dev;

import dev.firstcome.dev.ApiDocument.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What holds for every answer of the API, whatever its document says. */
public final class AnswerRules {

  private static final Pattern TEXT = Pattern.compile("\"(\\w+)\":\"([^\"]*)\"");
  private static final Pattern SIX_DIGITS =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");

  /** Lists that may be a second old, as the document writes their paths. */
  private static final Set<String> KEPT = Set.of("/api/v1/products", "/api/v1/products/popular");

  /** Read when the first text is there: most tests have none. */
  private static final class Served {
    static final Set<String> INSTANTS = ApiDocument.read().instants();
  }

  private AnswerRules() {}

  /**
   * What of a text that the shop wrote, whoever reads it, is an instant and not in the form of all
   * others.
   */
  public static List<String> faultsOfInstants(String text) {
    return faultsOfInstants(text, Served.INSTANTS);
  }

  private static List<String> faultsOfInstants(String text, Set<String> instants) {
    List<String> faults = new ArrayList<>();
    Matcher texts = TEXT.matcher(text);
    while (texts.find()) {
      if (instants.contains(texts.group(1)) && !SIX_DIGITS.matcher(texts.group(2)).matches()) {
        faults.add("not six digits and Z: " + texts.group());
      }
    }
    return faults;
  }

  /**
   * @param path as the document writes it: {@code /products;/popular} is served as {@code
   *     /products/popular}
   * @param instants the members that the document declares as instants: a name that somebody gave
   *     may look like one
   */
  static List<String> faults(Answer answer, String path, Set<String> instants) {
    List<String> faults = new ArrayList<>(faultsOfInstants(answer.body(), instants));
    boolean kept = answer.status() == 200 && KEPT.contains(path);
    String expected = kept ? "max-age=1" : "no-store";
    if (!expected.equals(answer.headers().get("Cache-Control"))) {
      faults.add("Cache-Control " + answer.headers().get("Cache-Control") + ", not " + expected);
    }
    String vary = answer.headers().getOrDefault("Vary", "");
    if (answer.status() >= 400 && !vary.contains("Accept-Language")) {
      faults.add("Vary without Accept-Language: " + vary);
    }
    return faults;
  }
}
