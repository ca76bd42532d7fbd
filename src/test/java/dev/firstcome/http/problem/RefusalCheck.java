package dev.firstcome.http.problem;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.refusal.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks for a refusal in both languages, and holds each answer against the contract. */
public final class RefusalCheck {

  private static final Set<String> MEMBERS =
      Set.of("type", "title", "status", "detail", "instance", "code", "traceId");

  private static final Pattern HANGUL = Pattern.compile("\\p{IsHangul}");

  /** What must never leave: our inside, in any spelling that has been seen to leak elsewhere. */
  private static final List<String> SECRETS =
      List.of(
          "Exception",
          "dev.firstcome",
          "java.",
          "reactor.",
          "r2dbc",
          "lettuce",
          "SELECT",
          "select ",
          "INSERT",
          "UPDATE",
          "localhost",
          "127.0.0.1",
          "internal:");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(SOON).build();
  private final int port;

  public RefusalCheck(int port) {
    this.port = port;
  }

  /**
   * A row of the contract's table.
   *
   * @param members the extension members
   * @param headers what these must match
   * @param provoke makes the state in which the request that it returns is refused; called afresh
   *     for each language
   */
  public record Row(
      Refusal code,
      int status,
      Set<String> members,
      Map<String, String> headers,
      Supplier<Ask> provoke) {

    static Row of(Refusal code, int status, Supplier<Ask> provoke, String... members) {
      return new Row(code, status, Set.of(members), Map.of(), provoke);
    }

    Row with(String header, String pattern) {
      return new Row(code, status, members, Map.of(header, pattern), provoke);
    }

    @Override
    public String toString() {
      return status + " " + code;
    }
  }

  public record Ask(
      String method,
      String path,
      @Nullable String token,
      @Nullable String body,
      String... headers) {

    static Ask get(String path, @Nullable String token, String... headers) {
      return new Ask("GET", path, token, null, headers);
    }

    static Ask post(String path, String token, String body) {
      return new Ask("POST", path, token, body);
    }

    static Ask post(String path, String token, String key, String body) {
      return new Ask("POST", path, token, body, "Idempotency-Key", key);
    }

    static Ask patch(String path, String token, String key, String body) {
      return new Ask("PATCH", path, token, body, "Idempotency-Key", key);
    }

    Ask with(String name, String value) {
      List<String> all = new ArrayList<>(Arrays.asList(headers));
      all.addAll(List.of(name, value));
      return new Ask(method, path, token, body, all.toArray(String[]::new));
    }
  }

  public void refusesInBothLanguages(Row row) {
    JsonNode english = refuses(row, "en-GB,en;q=0.8", "en");
    JsonNode korean = refuses(row, "ko-KR,ko;q=0.9,en;q=0.5", "ko");
    speaks(english, false);
    speaks(korean, true);
    assertThat(korean.path("type")).isEqualTo(english.path("type"));
  }

  private JsonNode refuses(Row row, String wanted, String language) {
    Ask ask = row.provoke.get().with("Accept-Language", wanted);
    HttpResponse<String> answer = send(ask);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(row.status);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    assertThat(header(answer, "Content-Language")).isEqualTo(language);
    JsonNode document = JsonMapper.shared().readTree(answer.body());
    assertThat(document.propertyNames())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(MEMBERS.stream(), row.members.stream()).toList());
    row.members.forEach(member -> assertThat(document.path(member).isNull()).isFalse());
    assertThat(document.path("code").asString()).isEqualTo(row.code.name());
    assertThat(document.path("type").asString()).endsWith("#" + row.code.name());
    assertThat(document.path("status").isInt()).isTrue();
    assertThat(document.path("status").asInt()).isEqualTo(row.status);
    assertThat(document.path("instance").asString()).isEqualTo(ask.path.replaceFirst("\\?.*", ""));
    assertThat(document.path("traceId").asString())
        .matches("[0-9a-f]{32}")
        .isEqualTo(header(answer, "X-Trace-Id"));
    row.headers.forEach((name, pattern) -> assertThat(header(answer, name)).matches(pattern));
    tellsNothingOfItsInside(answer);
    return document;
  }

  private static void speaks(JsonNode document, boolean korean) {
    List<String> texts = new ArrayList<>();
    texts.add(document.path("title").asString());
    texts.add(document.path("detail").asString());
    document.path("errors").forEach(error -> texts.add(error.path("message").asString()));
    for (String text : texts) {
      assertThat(text).isNotBlank().doesNotContain("{", "}");
      assertThat(HANGUL.matcher(text).find()).as(text).isEqualTo(korean);
    }
  }

  private static void tellsNothingOfItsInside(HttpResponse<String> answer) {
    String everything = answer.headers().map() + "\n" + answer.body();
    assertThat(everything).doesNotContain(SECRETS);
    assertThat(everything).doesNotContain(hostName());
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      // So short a name is in every text.
      return name.length() > 3 ? name : "no host name";
    } catch (IOException e) {
      return "no host name";
    }
  }

  static String header(HttpResponse<String> answer, String name) {
    return String.join(", ", answer.headers().allValues(name));
  }

  public HttpResponse<String> send(Ask ask) {
    return sending(ask).orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join();
  }

  public CompletableFuture<HttpResponse<String>> sending(Ask ask) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + ask.path))
            .timeout(SOON)
            .method(
                ask.method,
                ask.body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(ask.body));
    if (ask.token != null) {
      request.header("Authorization", "Bearer " + ask.token);
    }
    if (ask.body != null && !List.of(ask.headers).contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < ask.headers.length; i += 2) {
      request.header(ask.headers[i], ask.headers[i + 1]);
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString());
  }
}
