package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ApiDocument.Answer;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A judge who finds nothing would pass everything. */
class ApiDocumentTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String BALANCE = "{\"userId\":\"ari\",\"balance\":1}";
  private static final String NOT_FOUND =
      """
      {"type":"/docs/problems#ORDER_NOT_FOUND","title":"t","status":404,"detail":"d",
       "instance":"/api/v1/orders/1","code":"ORDER_NOT_FOUND","traceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
      """;

  private final ApiDocument document = ApiDocument.read();

  @Test
  void findsNothingWhereThereIsNothing() {
    assertThat(document.faults(points(200, BALANCE))).isEmpty();
    assertThat(document.faults(order("Content-Language", "en"))).isEmpty();
    assertThat(document.faults(new Answer("HEAD", "/api/v1/points", 200, headers(), ""))).isEmpty();
  }

  @Test
  void findsAStatusThatIsNotDocumented() {
    assertThat(faults(points(202, BALANCE))).contains("status");
  }

  @Test
  void findsACallThatIsNotDocumented() {
    Answer answer = new Answer("GET", "/api/v1/secrets", 200, headers(), "{}");
    assertThat(faults(answer)).contains("this call");
  }

  @Test
  void findsWhatABodyHasTooMuchOrTooLittleOfOrOfAWrongKind() {
    assertThat(faults(points(200, "{\"userId\":\"ari\"}"))).contains("balance");
    assertThat(faults(points(200, "{\"userId\":\"ari\",\"balance\":1,\"secret\":1}")))
        .contains("secret");
    assertThat(faults(points(200, "{\"userId\":\"ari\",\"balance\":-1}"))).contains("minimum");
    assertThat(faults(points(200, "rubbish"))).contains("not JSON");
    assertThat(faults(points(200, ""))).isNotEmpty();
  }

  @Test
  void findsARefusalThatIsAnothers() {
    String other = NOT_FOUND.replace("ORDER_NOT_FOUND", "PAYMENT_NOT_FOUND");
    Answer answer = new Answer("GET", "/api/v1/orders/1", 404, problem(), other);
    assertThat(faults(answer)).contains("code");
  }

  @Test
  void findsHeadersThatAreMissingWrongOrNotDocumented() {
    assertThat(faults(order("X-Trace-Id", TRACE))).contains("Content-Language is missing");
    assertThat(faults(order("Content-Language", "de"))).contains("Content-Language:");
    Answer answer = points(200, BALANCE);
    answer.headers().put("X-Powered-By", "us");
    assertThat(faults(answer)).contains("X-Powered-By");
  }

  private String faults(Answer answer) {
    return String.join("\n", document.faults(answer));
  }

  private static Answer points(int status, String body) {
    return new Answer("GET", "/api/v1/points", status, headers(), body);
  }

  private static Answer order(String header, String value) {
    Map<String, String> headers = problem();
    headers.remove("Content-Language");
    headers.put(header, value);
    return new Answer("GET", "/api/v1/orders/1", 404, headers, NOT_FOUND);
  }

  private static Map<String, String> headers() {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(Map.of("X-Trace-Id", TRACE, "Content-Type", "application/json"));
    return headers;
  }

  private static Map<String, String> problem() {
    Map<String, String> headers = headers();
    headers.put("Content-Type", "application/problem+json");
    headers.put("Content-Language", "en");
    return headers;
  }
}
