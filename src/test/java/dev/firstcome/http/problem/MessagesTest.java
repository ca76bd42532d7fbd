package dev.firstcome.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.security.TokenFault;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.core.type.filter.RegexPatternTypeFilter;

/** Every refusal of the contract can be said in both languages, and nothing else is written. */
class MessagesTest {

  /** The refusal table of the contract. */
  private static final Map<Integer, List<String>> CONTRACT =
      Map.ofEntries(
          Map.entry(
              400,
              List.of(
                  "INVALID_REQUEST",
                  "INVALID_CHARGE_AMOUNT",
                  "IDEMPOTENCY_KEY_REQUIRED",
                  "IDEMPOTENCY_KEY_INVALID")),
          Map.entry(401, List.of("UNAUTHENTICATED")),
          Map.entry(412, List.of("VERSION_CHANGED")),
          Map.entry(403, List.of("FORBIDDEN")),
          Map.entry(
              404,
              List.of(
                  "NOT_FOUND",
                  "PRODUCT_NOT_FOUND",
                  "COUPON_NOT_FOUND",
                  "ISSUED_COUPON_NOT_FOUND",
                  "ORDER_NOT_FOUND",
                  "PAYMENT_NOT_FOUND",
                  "DROP_NOT_FOUND",
                  "EVENT_NOT_FOUND",
                  "TICKET_NOT_FOUND")),
          Map.entry(405, List.of("METHOD_NOT_ALLOWED")),
          Map.entry(406, List.of("NOT_ACCEPTABLE")),
          Map.entry(413, List.of("BODY_TOO_LARGE")),
          Map.entry(415, List.of("UNSUPPORTED_MEDIA_TYPE")),
          Map.entry(
              409,
              List.of(
                  "INSUFFICIENT_STOCK",
                  "PRODUCT_NOT_ON_SALE",
                  "COUPON_SOLD_OUT",
                  "COUPON_NOT_OPEN",
                  "COUPON_NOT_USABLE",
                  "INSUFFICIENT_POINTS",
                  "POINT_LIMIT_EXCEEDED",
                  "ORDER_ALREADY_PAID",
                  "ORDER_NOT_PAYABLE",
                  "ORDER_NOT_CANCELLABLE",
                  "ORDER_NOT_REFUNDABLE",
                  "REFUND_EXCEEDS_ORDER",
                  "DROP_NOT_OPEN",
                  "TICKET_REQUIRED",
                  "NOT_YOUR_TURN",
                  "ADMISSION_EXPIRED",
                  "PURCHASE_LIMIT_EXCEEDED",
                  "TOO_MANY_PENDING_ORDERS",
                  "PRICE_CHANGED",
                  "PRODUCT_IN_ANOTHER_DROP",
                  "QUANTITY_BELOW_ISSUED")),
          Map.entry(422, List.of("IDEMPOTENCY_KEY_REUSED")),
          Map.entry(429, List.of("TOO_MANY_REQUESTS")),
          Map.entry(500, List.of("INTERNAL")),
          Map.entry(503, List.of("OVERLOADED", "DEPENDENCY_UNAVAILABLE")));

  private static List<Refusal> refusals() {
    ClassPathScanningCandidateComponentProvider scanner =
        new ClassPathScanningCandidateComponentProvider(false);
    scanner.addIncludeFilter(new AssignableTypeFilter(Refusal.class));
    scanner.addExcludeFilter(new RegexPatternTypeFilter(Pattern.compile(".*[.]document[.].*")));
    List<Refusal> refusals = new ArrayList<>();
    for (BeanDefinition found : scanner.findCandidateComponents("dev.firstcome")) {
      for (Object constant : constants(found.getBeanClassName())) {
        refusals.add((Refusal) constant);
      }
    }
    return refusals;
  }

  private static Object[] constants(@Nullable String className) {
    try {
      Object[] constants = Class.forName(className).getEnumConstants();
      assertThat(constants).as(className + " must be an enum").isNotNull();
      return constants;
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Properties properties(String file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader =
        new InputStreamReader(
            MessagesTest.class.getResourceAsStream("/" + file), StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    return properties;
  }

  @Test
  void everyRefusalIsInTheContractWithItsStatus() {
    Map<String, Integer> statuses = new HashMap<>();
    CONTRACT.forEach((status, codes) -> codes.forEach(code -> statuses.put(code, status)));
    assertThat(refusals()).hasSizeGreaterThanOrEqualTo(CommonRefusal.values().length);
    for (Refusal refusal : refusals()) {
      assertThat(statuses).containsEntry(refusal.name(), refusal.status().value());
    }
  }

  @Test
  void everythingThatCanBeSaidIsSaidInBothLanguagesAndNothingElse() throws IOException {
    Set<String> needed = new TreeSet<>();
    for (List<String> codes : CONTRACT.values()) {
      codes.forEach(code -> needed.addAll(List.of(code + ".title", code + ".detail")));
    }
    Arrays.stream(Rule.values()).forEach(rule -> needed.add("violation." + rule));
    Arrays.stream(TokenFault.values())
        .forEach(fault -> needed.add("UNAUTHENTICATED." + fault + ".detail"));
    for (String file : List.of("problems.properties", "problems_ko.properties")) {
      Properties texts = properties(file);
      assertThat(texts.stringPropertyNames()).as(file).containsExactlyInAnyOrderElementsOf(needed);
      assertThat(texts.values()).as(file).noneMatch(text -> text.toString().isBlank());
    }
  }

  @Test
  void bothLanguagesUseTheSamePlaceholders() throws IOException {
    Properties english = properties("problems.properties");
    Properties korean = properties("problems_ko.properties");
    for (String key : english.stringPropertyNames()) {
      assertThat(placeholders(korean.getProperty(key)))
          .as(key)
          .isEqualTo(placeholders(english.getProperty(key)));
    }
  }

  private static Set<String> placeholders(String text) {
    return Pattern.compile("\\{(\\w+)}")
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toSet());
  }

  @Test
  void fillsInTheValues() {
    Violation violation = Violation.of("amount", Rule.RANGE, "minimum", 1, "maximum", 1_000_000);
    assertThat(Messages.in(Locale.ENGLISH).violation(violation))
        .isEqualTo("must be from 1 to 1000000");
    assertThat(Messages.in(Locale.KOREA).violation(violation)).isEqualTo("1 이상 1000000 이하여야 합니다");
  }
}
