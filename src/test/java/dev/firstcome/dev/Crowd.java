package dev.firstcome.dev;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * A crowd of people who have never been here, at the shop's own door: each charges points, wants
 * the coupon, orders the product with or without it, and pays. They come within a few seconds and
 * over real connections, so all of the shop is passed through. One crowd at a time.
 */
final class Crowd {

  static final int MOST = 10_000;

  /** People at the door at the same moment; the others wait outside. */
  private static final int AT_ONCE = 200;

  /** Within this time everybody arrives, evenly. */
  private static final Duration ARRIVAL = Duration.ofSeconds(6);

  private static final Duration TICK = Duration.ofMillis(50);

  /** After which whoever has not been served goes home. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Logger log = LoggerFactory.getLogger(Crowd.class);
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
  private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]+)\"");

  private final Tokens tokens;
  private final IntSupplier port;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicInteger gone = new AtomicInteger();
  private final ConcurrentMap<String, LongAdder> outcomes = new ConcurrentHashMap<>();
  private volatile int size;

  /**
   * @param port where the shop listens, asked when a crowd sets out
   */
  Crowd(Tokens tokens, IntSupplier port) {
    this.tokens = tokens;
    this.port = port;
  }

  /**
   * @param gone who has been served, one way or another
   * @param outcomes how many answers were of each kind: ISSUED, ORDERED, PAID, or a refusal's code
   */
  record State(boolean running, int buyers, int gone, Map<String, Long> outcomes) {}

  record Errand(long couponId, long productId, int buyers) {}

  State state() {
    Map<String, Long> counted = new TreeMap<>();
    outcomes.forEach((outcome, number) -> counted.put(outcome, number.sum()));
    return new State(running.get(), size, gone.get(), counted);
  }

  /**
   * @return false if another crowd is still there
   */
  boolean send(Errand errand) {
    if (!running.compareAndSet(false, true)) {
      return false;
    }
    outcomes.clear();
    gone.set(0);
    size = errand.buyers();
    ConnectionProvider connections =
        ConnectionProvider.builder("crowd")
            .maxConnections(AT_ONCE)
            .pendingAcquireMaxCount(AT_ONCE)
            .build();
    HttpClient door =
        HttpClient.create(connections)
            .baseUrl("http://127.0.0.1:" + port.getAsInt())
            .responseTimeout(PATIENCE);
    String name = "crowd-" + UUID.randomUUID().toString().substring(0, 8) + "-";
    arrivals(errand.buyers())
        .flatMap(number -> new Buyer(door, name + number).visit(errand), AT_ONCE)
        .then()
        .timeout(LIMIT)
        .doFinally(
            how -> {
              connections.dispose();
              running.set(false);
            })
        .subscribe(nothing -> {}, failure -> log.warn("the crowd broke up: {}", failure + ""));
    return true;
  }

  private static Flux<Integer> arrivals(int buyers) {
    long ticks = ARRIVAL.dividedBy(TICK);
    int each = (int) ((buyers + ticks - 1) / ticks);
    return Flux.interval(TICK)
        .onBackpressureBuffer((int) ticks + 1)
        .concatMap(tick -> Flux.range((int) (tick * each), each))
        .take(buyers);
  }

  private void count(String outcome) {
    outcomes.computeIfAbsent(outcome, o -> new LongAdder()).increment();
  }

  private final class Buyer {

    private final HttpClient door;
    private final String user;

    Buyer(HttpClient door, String user) {
      String token = tokens.user(user);
      this.user = user;
      this.door =
          door.headers(
              headers ->
                  headers
                      .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token)
                      .set(HttpHeaderNames.CONTENT_TYPE, "application/json"));
    }

    Mono<Void> visit(Errand errand) {
      return ask(HttpMethod.PATCH, "/points", "charge", "{\"amount\":1000000}", "CHARGED")
          .flatMap(charged -> wantCoupon(errand))
          .flatMap(coupon -> order(errand, coupon))
          .filter(order -> !order.isEmpty())
          .flatMap(
              order ->
                  ask(
                      HttpMethod.POST,
                      "/payments",
                      "pay",
                      "{\"orderId\":\"" + order + "\"}",
                      "PAID"))
          .onErrorResume(
              failure -> {
                count("BROKEN");
                return Mono.empty();
              })
          .doFinally(how -> gone.incrementAndGet())
          .then();
    }

    private Mono<String> wantCoupon(Errand errand) {
      String path = "/coupons/" + errand.couponId() + "/issue";
      return ask(HttpMethod.POST, path, "coupon", "", "ISSUED");
    }

    private Mono<String> order(Errand errand, String coupon) {
      String line = "{\"productId\":" + errand.productId() + ",\"quantity\":1}";
      String used = coupon.isEmpty() ? "" : ",\"issuedCouponId\":\"" + coupon + "\"";
      String body = "{\"items\":[" + line + "]" + used + "}";
      return ask(HttpMethod.POST, "/orders", "order", body, "ORDERED");
    }

    /** Emits the id of what was made, or nothing but a text of no length. */
    private Mono<String> ask(HttpMethod method, String path, String key, String body, String good) {
      return door.headers(headers -> headers.set("Idempotency-Key", user + "-" + key))
          .request(method)
          .uri("/api/v1" + path)
          .send(Mono.just(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8)))
          .responseSingle((response, content) -> answer(response, content, good));
    }

    private Mono<String> answer(HttpClientResponse response, ByteBufMono content, String good) {
      return content
          .asString(StandardCharsets.UTF_8)
          .defaultIfEmpty("")
          .map(
              text -> {
                boolean done = response.status().code() < 300;
                count(done ? good : found(CODE, text));
                return done ? found(ID, text) : "";
              });
    }
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }
}
