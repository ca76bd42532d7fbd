package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * README.ko.md says what README.md says: section by section the same commands, tables, names, links
 * and figures. What has to be changed there is named by its line.
 */
class KoreanReadmeTest {

  private static final String ENGLISH = "README.md";
  private static final String KOREAN = "README.ko.md";

  private static final Pattern HEADING = Pattern.compile("(#+) (.+)");
  private static final Pattern LINK =
      Pattern.compile("]\\(([^)#]+)(?:#[^)]*)?\\)|<(https?:[^>]+)>");
  private static final Pattern OWN_ANCHOR = Pattern.compile("]\\(#([^)]+)\\)");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern FIGURE = Pattern.compile("[0-9]+(?:[.,][0-9]+)*");

  private static final Pattern SMALL = Pattern.compile("[1-9]|10");
  private static final Pattern HANGUL = Pattern.compile("\\p{IsHangul}");

  private enum Kind {
    CODE,
    TABLE,
    PROSE
  }

  private record Line(int number, Kind kind, String text) {}

  private record Section(int level, String heading, int line, List<Line> lines) {

    List<Line> of(Kind kind) {
      return lines.stream().filter(line -> line.kind == kind).toList();
    }
  }

  @Test
  void saysTheSameAsTheEnglishOne() throws IOException {
    List<Section> english = sections(ENGLISH);
    List<Section> korean = sections(KOREAN);
    assertThat(korean.stream().map(Section::level))
        .as("the levels of the headings of %s", KOREAN)
        .isEqualTo(english.stream().map(Section::level).toList());
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < english.size(); i++) {
      compareLines(english.get(i), korean.get(i), Kind.CODE, faults);
      compareLines(english.get(i), korean.get(i), Kind.TABLE, faults);
      compareProse(english.get(i), korean.get(i), faults);
    }
    assertThat(faults).as("what is to be changed in %s", KOREAN).isEmpty();
  }

  @Test
  void leadsToSectionsOfItsOwn() throws IOException {
    List<String> anchors = sections(KOREAN).stream().map(s -> anchor(s.heading)).toList();
    assertThat(matches(OWN_ANCHOR, Files.readString(Path.of(KOREAN))))
        .isNotEmpty()
        .isSubsetOf(anchors);
  }

  /** As GitHub makes it. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} -]", "").replace(' ', '-');
  }

  private static void compareLines(
      Section english, Section korean, Kind kind, List<String> faults) {
    List<Line> wanted = english.of(kind);
    List<Line> found = korean.of(kind);
    for (int i = 0; i < Math.max(wanted.size(), found.size()); i++) {
      if (i >= found.size()) {
        faults.add("section at line " + korean.line + " lacks: " + wanted.get(i).text);
      } else if (i >= wanted.size()) {
        faults.add("line " + found.get(i).number + " is too much: " + found.get(i).text);
      } else if (!saysTheSame(wanted.get(i), found.get(i))) {
        faults.add(
            "line %s: %s%n  where line %s of %s has: %s"
                .formatted(
                    found.get(i).number,
                    found.get(i).text,
                    wanted.get(i).number,
                    ENGLISH,
                    wanted.get(i).text));
      }
    }
  }

  /** To the letter, unless it was translated; then it has the same cells with the same facts. */
  private static boolean saysTheSame(Line english, Line korean) {
    if (english.kind == Kind.CODE || !HANGUL.matcher(korean.text).find()) {
      return english.text.equals(korean.text);
    }
    return cells(english) == cells(korean)
        && differences(facts(List.of(english)), facts(List.of(korean))).isEmpty();
  }

  private static long cells(Line row) {
    return row.text.chars().filter(c -> c == '|').count();
  }

  /** Sentences are in another order in Korean, so what they name is compared for the section. */
  private static void compareProse(Section english, Section korean, List<String> faults) {
    String where = "section at line " + korean.line + " (" + korean.heading + ") ";
    differences(facts(english.of(Kind.PROSE)), facts(korean.of(Kind.PROSE)))
        .forEach(difference -> faults.add(where + difference));
  }

  /** Where English writes "two", Korean writes 2. */
  private static List<String> differences(List<String> wanted, List<String> found) {
    List<String> differences = new ArrayList<>();
    without(wanted, found).forEach(fact -> differences.add("lacks " + fact));
    without(found, wanted).stream()
        .filter(fact -> !SMALL.matcher(fact).matches())
        .forEach(fact -> differences.add("has too much: " + fact));
    return differences;
  }

  private static List<String> without(List<String> facts, List<String> others) {
    List<String> rest = new ArrayList<>(facts);
    others.forEach(rest::remove);
    return rest;
  }

  /** Names, addresses and figures, sorted. */
  private static List<String> facts(List<Line> lines) {
    List<String> facts = new ArrayList<>();
    for (Line line : lines) {
      String rest = line.text.replaceAll(OWN_ANCHOR.pattern(), "]");
      facts.addAll(matches(LINK, rest));
      rest = rest.replaceAll(LINK.pattern(), "]");
      facts.addAll(matches(CODE, rest));
      facts.addAll(matches(FIGURE, rest.replaceAll(CODE.pattern(), "")));
    }
    // Each leads to the other at its beginning.
    facts.removeAll(List.of(ENGLISH, KOREAN));
    return facts.stream().sorted().toList();
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(KoreanReadmeTest::firstGroup).toList();
  }

  private static String firstGroup(MatchResult match) {
    for (int i = 1; i <= match.groupCount(); i++) {
      if (match.group(i) != null) {
        return match.group(i);
      }
    }
    return match.group();
  }

  private static List<Section> sections(String file) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
    List<Section> sections = new ArrayList<>();
    boolean inCode = false;
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i);
      boolean isFence = text.startsWith("```");
      boolean code = inCode || isFence;
      inCode ^= isFence;
      var heading = HEADING.matcher(text);
      if (!code && heading.matches()) {
        sections.add(
            new Section(heading.group(1).length(), heading.group(2), i + 1, new ArrayList<>()));
      } else {
        Kind kind = code ? Kind.CODE : text.startsWith("|") ? Kind.TABLE : Kind.PROSE;
        sections.get(sections.size() - 1).lines.add(new Line(i + 1, kind, text));
      }
    }
    return sections;
  }
}
