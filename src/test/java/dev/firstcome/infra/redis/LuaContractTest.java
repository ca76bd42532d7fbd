package dev.firstcome.infra.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A Lua program's header is its contract: what it says is what the program does. */
class LuaContractTest {

  private static final int LONGEST = 60;

  private static final Pattern LITERAL = Pattern.compile("'([A-Z]{2,}(?:_[A-Z]+)*) ?'");

  static List<Script> scripts() {
    return Script.all();
  }

  @Test
  void thereAreScripts() {
    assertThat(scripts()).extracting(Script::name).contains("coupon_admit", "stock_reserve");
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void opensWithItsContract(Script script) {
    assertThat(script.source()).startsWith("--[[ " + script.name() + ": ").contains(" ]]\n");
    assertThat(header(script)).containsPattern("\n  returns ");
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void documentsExactlyTheKeysThatItUses(Script script) {
    if (header(script).contains("KEYS[1…]")) {
      assertThat(code(script)).contains("KEYS[i - 2]").doesNotContainPattern("KEYS\\[\\d");
      return;
    }
    assertThat(numbers("KEYS\\[(\\d+)]", code(script)))
        .isNotEmpty()
        .isEqualTo(numbers("KEYS\\[(\\d+)]", header(script)));
    assertThat(code(script)).as("every key by its number").doesNotContainPattern("KEYS\\[\\D");
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void documentsExactlyTheArgumentsThatItUses(Script script) {
    assertThat(numbers("ARGV\\[(\\d+)]", code(script)))
        .isEqualTo(numbers("ARGV\\[(\\d+)]", header(script)));
  }

  /** {@code ARGV[3…]}: the walk over the rest begins at that number, and there is such a walk. */
  @ParameterizedTest
  @MethodSource("scripts")
  void walksOverTheRestFromWhereItSays(Script script) {
    Set<Integer> rest = numbers("ARGV\\[(\\d+)…]", header(script));
    assertThat(rest).hasSizeLessThan(2);
    assertThat(Pattern.compile("#ARGV").matcher(code(script)).find()).isEqualTo(!rest.isEmpty());
    if (!rest.isEmpty()) {
      assertThat(numbers("\\bi = (\\d+)\\b", code(script))).contains(rest.iterator().next());
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void documentsExactlyTheWordsThatItAnswers(Script script) {
    String header = header(script);
    String promised = header.substring(header.indexOf("\n  returns "));
    Set<String> documented = words("'([A-Z_]+)[ ']", promised);
    Set<String> used =
        LITERAL
            .matcher(withoutCommands(code(script)))
            .results()
            .map(literal -> literal.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(words("'([A-Z_]+)[ ']", header)).containsAll(used);
    assertThat(used).containsAll(documented);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void fitsOnAPage(Script script) {
    assertThat(script.source().lines()).hasSizeLessThanOrEqualTo(LONGEST);
  }

  private static String header(Script script) {
    return script.source().substring(0, script.source().indexOf("]]\n"));
  }

  private static String code(Script script) {
    return script
        .source()
        .substring(script.source().indexOf("]]\n") + 3)
        .lines()
        .filter(line -> !line.strip().startsWith("--"))
        .collect(Collectors.joining("\n"));
  }

  /** Without what is said to Redis, whose words are not ours. */
  private static String withoutCommands(String code) {
    return code.replaceAll("redis\\.call\\((?:[^()]|\\([^()]*\\))*\\)", "reply");
  }

  private static Set<Integer> numbers(String pattern, String text) {
    return words(pattern, text).stream()
        .map(Integer::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> words(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
