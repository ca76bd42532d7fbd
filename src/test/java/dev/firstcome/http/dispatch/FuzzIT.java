package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.Fuzz.Sent;
import dev.firstcome.http.dispatch.Fuzz.World;
import dev.firstcome.http.document.OpenApi;
import dev.firstcome.infra.postgres.Database;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends what nobody should to every call of the document, over bare connections. Whatever it is,
 * the answer is one that the document has, and tells nothing about the inside.
 *
 * <p>{@code -Dfuzz.seconds=60} goes on for longer, {@code -Dfuzz.seed=7} sends other requests, and
 * {@code -Dfuzz.only=4711} one of them. The seed is the same unless told: a test that draws its own
 * fails changes that did nothing wrong.
 */
@ShopTest
class FuzzIT {

  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 4);
  private static final @Nullable Long ONLY = Long.getLong("fuzz.only");
  private static final int WORKERS = 4;
  private static final int USERS = 16;

  /** What a request may hear whose head is not as the document says. */
  private static final Set<Integer> ANY_HEAD =
      Set.of(
          200, 201, 202, 204, 307, 400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 429, 431,
          503);

  private static final Pattern INSIDE =
      Pattern.compile(
          "(?i)exception|\\tat |stacktrace|dev\\.firstcome|org\\.spring|io\\.netty|reactor|r2dbc|lettuce"
              + "|postgres|jackson|java\\.|select |insert into|update .* set|violates|constraint");

  private static final Pattern HEAD = Pattern.compile("HTTP/1\\.1 (\\d{3}) [^\\r]*\\r\\n");

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;

  private final AtomicLong next = new AtomicLong();
  private final Queue<String> findings = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicLong> statuses = new ConcurrentSkipListMap<>();

  @Test
  void answersWhateverIsSentAsTheDocumentSays() throws Exception {
    Fuzz fuzz = new Fuzz(OpenApi.complete());
    World world = world();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    List<Thread> workers =
        IntStream.range(0, WORKERS)
            .mapToObj(i -> new Thread(() -> work(fuzz, world, until), "fuzz-" + i))
            .toList();
    workers.forEach(Thread::start);
    for (Thread worker : workers) {
      worker.join(TimeUnit.SECONDS.toMillis(SECONDS + 60));
    }
    System.out.printf(
        "fuzz: seed %s, %s requests to %s calls, answers %s, %s findings%n",
        SEED, next.get(), fuzz.calls().size(), statuses, findings.size());
    assertThat(findings.stream().limit(10)).as("fuzz.seed=" + SEED).isEmpty();
    assertThat(statuses.keySet()).contains("200", "400", "404");
    assertThat(statuses.values().stream().mapToLong(AtomicLong::get).sum()).isGreaterThan(100);
  }

  private void work(Fuzz fuzz, World world, long until) {
    if (ONLY != null) {
      Sent sent = fuzz.next(SEED, ONLY, world);
      System.out.println(sent + "\n" + exchange(sent));
    }
    while (ONLY == null && System.nanoTime() < until && findings.size() < 50) {
      long n = next.getAndIncrement();
      Sent sent = fuzz.next(SEED, n, world);
      String answer = exchange(sent);
      String wrong = wrong(sent, answer);
      if (wrong != null) {
        findings.add("fuzz.only=%s %s\n%s\n→ %s".formatted(n, wrong, sent, answer));
      }
    }
  }

  /** All that came back; a reset that follows it, because not all was read, takes nothing away. */
  private String exchange(Sent sent) {
    StringBuilder answer = new StringBuilder();
    try (Wire wire = new Wire(port)) {
      wire.send(sent.bytes());
      wire.readInto(answer);
    } catch (SocketException e) {
      count("reset");
    } catch (IOException e) {
      answer.append(e);
    }
    // Whoever says that he expects it hears this first, and the answer after it.
    return answer.toString().replaceFirst("^HTTP/1\\.1 100 Continue\r\n(.+\r\n)*\r\n", "");
  }

  private void count(String status) {
    statuses.computeIfAbsent(status, s -> new AtomicLong()).incrementAndGet();
  }

  private @Nullable String wrong(Sent sent, String answer) {
    Matcher head = HEAD.matcher(answer);
    if (!head.lookingAt()) {
      // Who is still sending what is too much when he is told may find the answer reset.
      boolean cut = answer.isEmpty() && sent.bytes().length > 8_000;
      return cut ? null : "no answer";
    }
    int status = Integer.parseInt(head.group(1));
    count(head.group(1));
    Set<Integer> allowed = sent.onlyContent() ? sent.call().answers() : ANY_HEAD;
    if (status == 500 || !allowed.contains(status)) {
      return "undocumented: " + status;
    }
    String headers = answer.substring(0, Math.max(0, answer.indexOf("\r\n\r\n")));
    String body = answer.substring(Math.min(answer.length(), headers.length() + 4));
    if (!headers.contains("nosniff") || !headers.contains("X-Trace-Id")) {
      return "without its headers";
    }
    return status < 400 ? null : wrongProblem(status, headers, body);
  }

  private static @Nullable String wrongProblem(int status, String headers, String body) {
    if (INSIDE.matcher(body).find()) {
      return "tells about the inside";
    }
    if (body.isEmpty()) {
      return null; // to HEAD
    }
    try {
      JsonNode problem = JsonMapper.shared().readTree(body);
      boolean right =
          headers.contains("application/problem+json")
              && problem.path("status").asInt(0) == status
              && !problem.path("code").asString().isEmpty();
      return right ? null : "no problem document";
    } catch (JacksonException e) {
      return "no JSON";
    }
  }

  /** Users who have something, and an administrator. */
  private World world() {
    Sql sql = new Sql(database);
    String name = "fuzz-" + SEED;
    List<String> users =
        IntStream.range(0, USERS).mapToObj(i -> tokens.user(name + "-" + i)).toList();
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      numbers.add(sql.product(100, 1_000_000));
      numbers.add(sql.campaign(1_000_000));
    }
    List<String> ids = users.stream().flatMap(user -> belongings(user, numbers)).toList();
    Shopper reader = new Shopper(name, users.get(0), List.of(port));
    String cursor = reader.get("/products?limit=1").body().path("nextCursor").asString("");
    return new World(users, tokens.admin(name), numbers, ids, cursor);
  }

  /** An issued coupon, an order, and its payment. */
  private Stream<String> belongings(String token, List<Long> numbers) {
    Shopper user = new Shopper("", token, List.of(port));
    user.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\":1000000}");
    String line = "{\"items\":[{\"productId\":" + numbers.get(0) + ",\"quantity\":1}]}";
    String order = id(user.send(HttpMethod.POST, "/orders", "order", line));
    String pay = "{\"orderId\":\"" + order + "\"}";
    String payment = id(user.send(HttpMethod.POST, "/payments", "payment", pay));
    String issue = "/coupons/" + numbers.get(1) + "/issue";
    String unpaid = id(user.send(HttpMethod.POST, "/orders", "unpaid", line));
    return Stream.of(id(user.send(HttpMethod.POST, issue, "")), order, payment, unpaid);
  }

  private static String id(Shopper.Answer answer) {
    return answer.body().path("id").asString();
  }
}
