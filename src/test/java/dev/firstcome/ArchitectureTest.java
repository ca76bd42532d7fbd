package dev.firstcome;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Format;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;

/** Which room may know which, and the habits that a compiler does not keep. */
class ArchitectureTest {

  private static final String ROOT = "dev.firstcome";

  /** The classes beside the shop's own, so not those of the tests. */
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .importUrl(Firstcome.class.getProtectionDomain().getCodeSource().getLocation());

  private static final int MOST_FILES = 21;

  /** The wings: each knows those below it, and no wing beside it. */
  @Test
  void aWingKnowsOnlyThoseBelowIt() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("refusal")
        .definedBy(ROOT + ".refusal..")
        .layer("infra")
        .definedBy(ROOT + ".infra..")
        .layer("engine")
        .definedBy(ROOT + ".engine..")
        .layer("http")
        .definedBy(ROOT + ".http..")
        .layer("shop")
        .definedBy(ROOT + ".shop..")
        .layer("demo")
        .definedBy(ROOT + ".demo..")
        .whereLayer("refusal")
        .mayNotAccessAnyLayer()
        .whereLayer("infra")
        .mayOnlyAccessLayers("refusal")
        .whereLayer("engine")
        .mayOnlyAccessLayers("refusal", "infra")
        .whereLayer("http")
        .mayOnlyAccessLayers("refusal", "infra")
        .whereLayer("shop")
        .mayOnlyAccessLayers("refusal", "infra", "engine", "http")
        .whereLayer("demo")
        .mayOnlyAccessLayers("refusal", "infra", "engine", "http", "shop")
        .check(MAIN);
  }

  @Test
  void roomsOfTheShopDoNotKnowEachOtherInACircle() {
    slices()
        .matching(ROOT + ".shop.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(false)
        .check(MAIN);
  }

  @Test
  void noRoomIsLarge() {
    Map<String, Long> large =
        MAIN.stream()
            .filter(JavaClass::isTopLevelClass)
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    large.values().removeIf(files -> files <= MOST_FILES);
    assertThat(large).isEmpty();
  }

  @Test
  void nothingIsInjectedIntoAField() {
    noFields()
        .should()
        .beAnnotatedWith(Autowired.class)
        .orShould()
        .beAnnotatedWith(Value.class)
        .allowEmptyShould(false)
        .check(MAIN);
  }

  @Test
  void nobodyBlocksOrSleeps() {
    DescribedPredicate<JavaMethodCall> blocks =
        call(
            assignableTo(Publisher.class),
            "block|blockFirst|blockLast|blockOptional|toIterable|toStream");
    DescribedPredicate<JavaMethodCall> sleeps = call(assignableTo(Thread.class), "sleep|join");
    noClasses().should().callMethodWhere(blocks.or(sleeps)).allowEmptyShould(false).check(MAIN);
  }

  /** Whoever subscribes by himself answers for errors, cancellation and limits: three places do. */
  @Test
  void onlyTheRunnersSubscribe() {
    Set<String> runners =
        Set.of(
            ROOT + ".infra.jobs",
            ROOT + ".engine.lane",
            ROOT + ".engine.lock",
            ROOT + ".http.guard",
            ROOT + ".http.problem",
            ROOT + ".http.dispatch",
            ROOT + ".http.admission");
    noClasses()
        .that(describe("are no runners", type -> !runners.contains(type.getPackageName())))
        .should()
        .callMethodWhere(call(assignableTo(Publisher.class), "subscribe"))
        .allowEmptyShould(false)
        .check(MAIN);
  }

  private static DescribedPredicate<JavaMethodCall> call(
      DescribedPredicate<? super JavaClass> type, String names) {
    DescribedPredicate<MethodCallTarget> named = nameMatching(names).forSubtype();
    return DescribedPredicate.describe(
        "call " + names + " of " + type.getDescription(),
        call -> named.test(call.getTarget()) && type.test(call.getTarget().getOwner()));
  }

  /** The short way to a handler reads routes, and nothing that a router puts around them. */
  @Test
  void noRouterFiltersItsRoutes() {
    noClasses()
        .should()
        .callMethodWhere(
            call(
                assignableTo(RouterFunctions.Builder.class).or(assignableTo(RouterFunction.class)),
                "filter|before|after|onError"))
        .allowEmptyShould(false)
        .check(MAIN);
  }

  /** Under ar-EG digits are others, under tr-TR letters: a locale is named, or none is used. */
  @Test
  void whatMachinesReadDoesNotDependOnAPlace() {
    noClasses()
        .should()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(String.class, "formatted", Object[].class)
        .orShould()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(DateTimeFormatter.class, "ofPattern", String.class)
        .orShould()
        .callMethodWhere(call(assignableTo(DateTimeFormatter.class), "ofLocalized.*"))
        .orShould()
        .callMethodWhere(
            call(
                assignableTo(PrintStream.class).or(assignableTo(PrintWriter.class)),
                "printf|format"))
        .orShould()
        .dependOnClassesThat(assignableTo(Format.class).or(assignableTo(Formatter.class)))
        .allowEmptyShould(false)
        .check(MAIN);
  }

  /**
   * Nor what starts a shop, asks it and judges it; only tables for people have columns of digits.
   */
  @Test
  void whatTestsSayDoesNotDependOnAPlace() throws IOException {
    Pattern digits = Pattern.compile("%(\\d+\\$)?[,.]?\\d*[df]\\b");
    Pattern others = Pattern.compile(".*/(faults|simulation)/.*|.*/Nasty.java");
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.readAllLines(file).stream()
            .filter(line -> digits.matcher(line).find())
            .filter(line -> !others.matcher(file.toString()).matches())
            .forEach(line -> found.add(file.getFileName() + ": " + line.strip()));
      }
    }
    assertThat(found).as("%s writes the same digits everywhere").isEmpty();
  }

  @Test
  void noPackageIsNamedAfterALayer() {
    noClasses()
        .should()
        .resideInAnyPackage(
            Stream.of("impl", "dto", "mapper", "util", "common", "service")
                .map(layer -> ".." + layer + "..")
                .toArray(String[]::new))
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .allowEmptyShould(false)
        .check(MAIN);
  }

  @Test
  void everyPackageSaysWhatMayBeNull() {
    List<String> unmarked =
        MAIN.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(room -> !room.isAnnotatedWith(NullMarked.class))
            .map(room -> room.getName())
            .toList();
    assertThat(unmarked).isEmpty();
    assertThat(MAIN).hasSizeGreaterThan(100);
  }
}
