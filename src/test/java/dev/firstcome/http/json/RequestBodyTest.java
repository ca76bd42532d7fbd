package dev.firstcome.http.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Exactly what was asked for is read, and everything else is named. */
class RequestBodyTest {

  enum Kind {
    FIXED,
    PERCENT
  }

  record Line(long id, @Nullable Integer count) {}

  record All(
      int small,
      long large,
      boolean flag,
      String text,
      Kind kind,
      Instant at,
      UUID id,
      List<Line> lines,
      Line line,
      @Nullable Long maybe) {}

  private static final String GOOD =
      """
      {"small":1,"large":9223372036854775807,"flag":true,"text":"가😀","kind":"FIXED",
       "at":"2026-01-31T09:00:00+09:00","id":"0b0e4e0a-5b6c-4c57-9a52-000000000001",
       "lines":[{"id":1,"count":2},{"id":2}],"line":{"id":3},"maybe":null}
      """;

  private static All read(String json) {
    return RequestBody.parse(json.getBytes(StandardCharsets.UTF_8), All.class);
  }

  private static List<Violation> violations(byte[] body, Class<?> type) {
    try {
      RequestBody.parse(body, type);
    } catch (Refused refused) {
      @SuppressWarnings("unchecked")
      List<Violation> errors = (List<Violation>) refused.members().get("errors");
      return Objects.requireNonNull(errors);
    }
    throw new AssertionError("was read");
  }

  private static void refuses(String json, String field, Rule rule) {
    assertThat(violations(json.getBytes(StandardCharsets.UTF_8), All.class))
        .extracting(Violation::field, Violation::rule)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(field, rule));
  }

  @Test
  void readsWhatIsRight() {
    All all = read(GOOD);
    assertThat(all.large()).isEqualTo(Long.MAX_VALUE);
    assertThat(all.text()).isEqualTo("가😀");
    assertThat(all.at()).isEqualTo(Instant.parse("2026-01-31T00:00:00Z"));
    assertThat(all.lines()).containsExactly(new Line(1, 2), new Line(2, null));
    assertThat(all.maybe()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "small | \"1\" | small | INTEGER",
        "small | 1.0 | small | INTEGER",
        "small | 1.5 | small | INTEGER",
        "small | 1e2 | small | INTEGER",
        "small | 2147483648 | small | INTEGER",
        "small | true | small | INTEGER",
        "small | null | small | REQUIRED",
        "small | [1] | small | INTEGER",
        "small | {} | small | INTEGER",
        "large | 9223372036854775808 | large | INTEGER",
        "large | \"\" | large | INTEGER",
        "flag | 1 | flag | BOOLEAN",
        "flag | \"true\" | flag | BOOLEAN",
        "text | 1 | text | TEXT",
        "text | true | text | TEXT",
        "text | [\"a\"] | text | TEXT",
        "text | null | text | REQUIRED",
        "text | \"a\\u0000\" | text | TEXT_CHARACTERS",
        "text | \"\\ud83d\" | text | TEXT_CHARACTERS",
        "text | \"\\ude00\\ud83d\" | text | TEXT_CHARACTERS",
        "kind | \"fixed\" | kind | ONE_OF",
        "kind | 0 | kind | ONE_OF",
        "kind | \"\" | kind | ONE_OF",
        "at | 1769817600 | at | INSTANT",
        "at | \"2026-01-31\" | at | INSTANT",
        "at | \"2026-01-31T09:00:00\" | at | INSTANT",
        "at | \"2026-02-30T09:00:00Z\" | at | INSTANT",
        "at | \"+12345-01-31T09:00:00Z\" | at | INSTANT",
        "id | \"1-1-1-1-1\" | id | UUID",
        "id | 1 | id | UUID",
        "lines | {} | lines | LIST",
        "lines | null | lines | REQUIRED",
        "lines | [null] | lines[0] | OBJECT",
        "lines | [1] | lines[0] | OBJECT",
        "lines | [{\"id\":1},{\"count\":1}] | lines[1].id | REQUIRED",
        "lines | [{\"id\":1,\"count\":\"2\"}] | lines[0].count | INTEGER",
        "lines | [{\"id\":1,\"id\":2}] | lines[0].id | DUPLICATE",
        "line | [] | line | OBJECT",
        "line | {\"id\":1,\"x\":{\"y\":[1,2]}} | line.x | UNKNOWN",
        "maybe | \"1\" | maybe | INTEGER",
      })
  void refusesEveryOtherTypeByName(String member, String value, String field, Rule rule) {
    String pattern = "\"" + member + "\":(\\[.*?]|\\{[^}]*}|\"[^\"]*\"|[^,}\\s]+)";
    String json =
        GOOD.replaceFirst(
            pattern, java.util.regex.Matcher.quoteReplacement("\"" + member + "\":" + value));
    refuses(json, field, rule);
  }

  @Test
  void refusesAMissingMember() {
    refuses(GOOD.replace("\"flag\":true,", ""), "flag", Rule.REQUIRED);
  }

  @Test
  void refusesADuplicateAndAnUnknownMember() {
    refuses(GOOD.replace("{\"small\":1", "{\"small\":1,\"small\":1"), "small", Rule.DUPLICATE);
    refuses(GOOD.replace("{\"small\":1", "{\"small\":1,\"Small\":1"), "Small", Rule.UNKNOWN);
  }

  @Test
  void refusesGarbageAfterTheEnd() {
    refuses(GOOD + "{}", "", Rule.TRAILING_CONTENT);
    refuses(GOOD + "x", "", Rule.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{'small':1}", "{small:1}", "{\"small\":01}", "{,}", "NaN", "//"})
  void refusesWhatIsNotJson(String json) {
    assertThat(violations(json.getBytes(StandardCharsets.UTF_8), All.class))
        .extracting(Violation::rule)
        .contains(Rule.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "\"x\"", "null", "true"})
  void refusesWhatIsNotAnObject(String json) {
    refuses(json, "", Rule.OBJECT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n"})
  void refusesNothing(String json) {
    refuses(json, "", Rule.EMPTY_BODY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"})
  void refusesAnyOtherEncoding(String charset) {
    assertThat(violations("{\"id\":1}".getBytes(Charset.forName(charset)), Line.class))
        .extracting(Violation::rule)
        .containsExactly(Rule.MALFORMED);
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[] latin = GOOD.replace("가😀", "é").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(violations(latin, All.class)).extracting(Violation::rule).contains(Rule.MALFORMED);
  }

  @Test
  void refusesWhatIsTooDeepTooLongOrTooPrecise() {
    String deep = "{\"x\":" + "[".repeat(20) + "]".repeat(20) + "}";
    String number = "{\"id\":" + "1".repeat(21) + "}";
    String name = "{\"" + "n".repeat(300) + "\":1}";
    for (String json : List.of(deep, number, name)) {
      assertThat(violations(json.getBytes(StandardCharsets.UTF_8), Line.class))
          .extracting(Violation::rule)
          .contains(Rule.TOO_LARGE_TO_READ);
    }
    refuses(GOOD.replace("가😀", "n".repeat(17_000)), "text", Rule.TOO_LARGE_TO_READ);
    refuses(GOOD.replace("\"count\":2", "\"count\":2x"), "lines[0].count", Rule.MALFORMED);
  }

  @Test
  void namesAtMostTwentyFaultsAndNoNameAtLength() {
    StringBuilder json = new StringBuilder("{\"id\":1");
    for (int i = 0; i < 100; i++) {
      json.append(",\"").append("n".repeat(200)).append(i).append("\":1");
    }
    List<Violation> violations =
        violations(json.append('}').toString().getBytes(StandardCharsets.UTF_8), Line.class);
    assertThat(violations).hasSize(20).allMatch(violation -> violation.field().length() <= 65);
  }

  record Inner(int count) implements SelfValidating {
    @Override
    public void validate(Violations checks) {
      checks.range("count", count, 1, 9).check("", count != 5, Rule.NOT_ZERO);
    }
  }

  record Outer(List<Inner> inner, String name) implements SelfValidating {
    @Override
    public void validate(Violations checks) {
      checks.size("inner", inner, 1, 2).length("name", name, 1, 3);
    }
  }

  @Test
  void asksNestedRecordsAboutTheirOwnLimitsByFullName() {
    String json = "{\"inner\":[{\"count\":1},{\"count\":10},{\"count\":5}],\"name\":1}";
    assertThat(violations(json.getBytes(StandardCharsets.UTF_8), Outer.class))
        .extracting(Violation::field)
        .containsExactly("inner[1].count", "inner[2]", "name");
  }

  @Test
  void countsCharactersAsPeopleDo() {
    Outer outer =
        RequestBody.parse(
            "{\"inner\":[{\"count\":1}],\"name\":\"가😀나\"}".getBytes(StandardCharsets.UTF_8),
            Outer.class);
    assertThat(outer.name()).isEqualTo("가😀나");
    assertThatThrownBy(() -> Violations.start().length("name", "   ", 1, 9).done())
        .isInstanceOf(Refused.class);
  }

  /** Whatever a client sends, the answer is a value or a refusal, never a failure of ours. */
  @Property
  void neverFailsOnAnyBytes(@ForAll byte[] bytes) {
    try {
      RequestBody.parse(bytes, All.class);
    } catch (Refused refused) {
      assertThat(refused.members()).containsKey("errors");
    }
  }

  /** What our own mapper writes is read back as it was. */
  @Property
  void readsWhatIsWritten(@ForAll long id, @ForAll int count) {
    Line line = new Line(id, count);
    assertThat(RequestBody.parse(JsonMapper.shared().writeValueAsBytes(line), Line.class))
        .isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c0af", "e08080", "eda080", "f4908080", "ff", "c3", "80"})
  void refusesMalformedUtf8(String hex) {
    byte[] malformed = java.util.HexFormat.of().parseHex(hex);
    byte[] body = new byte[malformed.length + 13];
    System.arraycopy("{\"name\":\"a".getBytes(StandardCharsets.US_ASCII), 0, body, 0, 10);
    System.arraycopy(malformed, 0, body, 10, malformed.length);
    System.arraycopy("b\"}".getBytes(StandardCharsets.US_ASCII), 0, body, 10 + malformed.length, 3);
    assertThatThrownBy(() -> RequestBody.parse(body, Named.class)).isInstanceOf(Refused.class);
  }

  public record Named(String name) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u200b",
        "\u00a0 \u3000",
        "\u3164",
        "\u115f\u1160",
        "\u2800",
        "\u202e",
        "\ufeff",
        "\u0301"
      })
  void refusesANameInWhichThereIsNothingToSee(String name) {
    assertThatThrownBy(() -> Violations.start().length("name", name, 1, 200).done())
        .isInstanceOf(Refused.class);
    Violations.start().length("name", name + "가", 1, 200).done();
  }
}
