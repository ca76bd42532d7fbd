package dev.firstcome;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;

/** Which room may know which, and the habits that a compiler does not keep. */
class ArchitectureTest {

  private static final String ROOT = "dev.firstcome";

  /** The house: what each of its rooms may know. It never knows the shop. */
  private static final Map<String, Set<String>> HOUSE =
      Map.ofEntries(
          entry("problem", Set.of()),
          entry("redis", Set.of("batch")),
          entry("security", Set.of("problem")),
          entry("web", Set.of("problem", "security")),
          entry("limit", Set.of("web", "security", "problem", "redis", "batch")),
          entry("batch", Set.of("problem")),
          entry("database", Set.of("batch")),
          entry("stream", Set.of("batch", "problem", "web")),
          entry("tracing", Set.of("batch", "problem")),
          entry("outbox", Set.of("batch", "database")),
          entry("webhook", Set.of("outbox", "batch", "database", "web", "problem")));

  /** The shop: what each of its rooms may know besides the house. */
  private static final Map<String, Set<String>> SHOP =
      Map.ofEntries(
          entry("product", Set.of()),
          entry("point", Set.of()),
          entry("coupon", Set.of()),
          entry("stock", Set.of("product")),
          entry("cart", Set.of("product", "stock")),
          entry("order", Set.of("product", "stock", "coupon", "cart")),
          entry("payment", Set.of("order", "point")),
          entry("ranking", Set.of("product", "payment")),
          entry("consistency", Set.of("stock", "coupon")),
          entry("page", Set.of("product")));

  private static final Map<String, Set<String>> NEIGHBOURS = neighbours();

  /** The classes beside the shop's own, so not those of the tests. */
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .importUrl(Firstcome.class.getProtectionDomain().getCodeSource().getLocation());

  private static Map<String, Set<String>> neighbours() {
    Map<String, Set<String>> all = new TreeMap<>(HOUSE);
    SHOP.forEach(
        (room, known) ->
            all.put(
                room,
                Stream.of(Set.of(room), known, HOUSE.keySet())
                    .flatMap(Set::stream)
                    .collect(Collectors.toSet())));
    return all;
  }

  static Set<String> rooms() {
    return NEIGHBOURS.keySet();
  }

  @Test
  void everyPackageIsARoomWhoseNeighboursAreNamed() {
    Set<String> packages =
        MAIN.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
    Set<String> named =
        rooms().stream().map(r -> ROOT + "." + r).collect(Collectors.toCollection(TreeSet::new));
    named.add(ROOT);
    assertThat(packages).isEqualTo(named);
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void aRoomKnowsItsNeighboursOnly(String room) {
    String[] known =
        Stream.concat(Stream.of(room), NEIGHBOURS.getOrDefault(room, Set.of()).stream())
            .map(neighbour -> ROOT + "." + neighbour)
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(ROOT + "." + room)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(known).or(resideOutsideOfPackage(ROOT + "..")))
        .allowEmptyShould(false)
        .check(MAIN);
  }

  @Test
  void roomsDoNotKnowEachOtherInACircle() {
    slices()
        .matching(ROOT + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(false)
        .check(MAIN);
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
    Set<String> runners = Set.of(ROOT + ".batch", ROOT + ".web");
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
