package dev.firstcome.faults;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Many who want the same: each charges points, tries for a coupon, orders, then pays, cancels or
 * leaves it, and begins again as somebody new. After an answer that says nothing for certain the
 * same request is sent again, to the other instance.
 */
final class Crowd {

  /** A busy shop's users; each is a thread here. */
  static final int SIZE = 64;

  private static final int CHARGE = 1_000_000;
  private static final int ADJUSTMENT_MILLIS = 400;

  private final Door door;
  private final Tokens tokens;
  private final String prefix;
  private final long seed;
  private final int thoughtMillis;
  private final Market market;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final AtomicInteger visitors = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();

  /** What is there to be had. */
  record Market(List<Long> products, List<Long> campaigns) {}

  /**
   * @param prefix of their names
   * @param thoughtMillis the longest time between two requests of one of them
   */
  Crowd(Door door, Tokens tokens, String prefix, long seed, int thoughtMillis, Market market) {
    this.door = door;
    this.tokens = tokens;
    this.prefix = prefix;
    this.seed = seed;
    this.thoughtMillis = thoughtMillis;
    this.market = market;
  }

  void start() {
    for (int i = 0; i < SIZE; i++) {
      Random random = new Random(seed * 1000 + i);
      start("shopper-" + i, () -> shop(random));
    }
    start("supplier", () -> supply(new Random(seed)));
  }

  private void start(String name, Turn turn) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (open.get()) {
                  turn.take();
                }
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private interface Turn {
    void take() throws InterruptedException;
  }

  /** Everybody finishes the request under way. */
  void stop() throws InterruptedException {
    open.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Afterwards: everybody asks again until he knows. */
  void settle() throws InterruptedException {
    for (Request request : requests) {
      for (int i = 0; !request.isSettled() && request.verb() != Verb.ADJUST && i < 3; i++) {
        door.ask(request, i % door.instances(), Door.PATIENT);
      }
    }
  }

  Queue<Request> requests() {
    return requests;
  }

  private void shop(Random random) throws InterruptedException {
    String user = prefix + visitors.incrementAndGet();
    String token = tokens.user(user);
    Answer charged =
        ask(request(Verb.CHARGE, user, token, "/points", "{\"amount\":" + CHARGE + "}"), random);
    if (!charged.isSuccess()) {
      return;
    }
    String coupon = coupon(user, token, random);
    Answer ordered = ask(request(Verb.ORDER, user, token, "/orders", wish(coupon, random)), random);
    if (!ordered.isSuccess()) {
      return;
    }
    String order = ordered.body().path("id").asString();
    int fate = random.nextInt(10);
    if (fate < 6) {
      ask(
          request(Verb.PAY, user, token, "/payments", "{\"orderId\":\"%s\"}".formatted(order)),
          random);
    }
    // Some cancel what they have not paid, some want back what they have.
    if (fate > 7 || fate == 0) {
      ask(new Request(Verb.CANCEL, user, token, "/orders/" + order + "/cancel", "", ""), random);
    }
  }

  private @Nullable String coupon(String user, String token, Random random)
      throws InterruptedException {
    long campaign = market.campaigns().get(random.nextInt(market.campaigns().size()));
    Answer issued =
        ask(
            new Request(Verb.COUPON, user, token, "/coupons/" + campaign + "/issue", "", ""),
            random);
    return issued.isSuccess() && random.nextBoolean() ? issued.body().path("id").asString() : null;
  }

  private String wish(@Nullable String coupon, Random random) {
    TreeMap<Long, Integer> units = new TreeMap<>();
    int lines = 1 + random.nextInt(3);
    for (int i = 0; i < lines; i++) {
      units.put(
          market.products().get(random.nextInt(market.products().size())), 1 + random.nextInt(2));
    }
    String items =
        units.entrySet().stream()
            .map(u -> "{\"productId\":%d,\"quantity\":%d}".formatted(u.getKey(), u.getValue()))
            .collect(Collectors.joining(","));
    return coupon == null
        ? "{\"items\":[%s]}".formatted(items)
        : "{\"items\":[%s],\"issuedCouponId\":\"%s\"}".formatted(items, coupon);
  }

  private static Request request(Verb verb, String user, String token, String path, String body) {
    return new Request(verb, user, token, path, user + "-" + verb, body);
  }

  /** Its reason tells an adjustment from all others. */
  private void supply(Random random) throws InterruptedException {
    Thread.sleep(ADJUSTMENT_MILLIS);
    String user = prefix + "supplier";
    List<Long> products = market.products();
    int first = random.nextInt(products.size());
    String key = prefix + "adjustment-" + visitors.incrementAndGet();
    String body =
        "{\"items\":[{\"productId\":%d,\"delta\":%d},{\"productId\":%d,\"delta\":-1}],\"reason\":\"%s\"}"
            .formatted(
                products.get(first),
                10 + random.nextInt(20),
                products.get((first + 1) % products.size()),
                key);
    ask(
        new Request(Verb.ADJUST, user, tokens.admin(user), "/admin/stock-adjustments", key, body),
        random);
  }

  /** Until there is a certain answer or the run is over; now and then once more after that. */
  private Answer ask(Request request, Random random) throws InterruptedException {
    Thread.sleep(random.nextInt(thoughtMillis));
    requests.add(request);
    int instance = random.nextInt(door.instances());
    boolean impatient = random.nextInt(4) == 0;
    Answer answer = door.ask(request, instance, impatient ? Door.IMPATIENT : Door.PATIENT);
    while (!answer.isCertain() && open.get()) {
      // As Retry-After says; somewhere between, where nothing was said.
      Thread.sleep(answer.status() == 503 ? 1000 : 50 + random.nextInt(100));
      instance = (instance + 1) % door.instances();
      answer = door.ask(request, instance, Door.PATIENT);
    }
    if (answer.isSuccess() && random.nextInt(10) == 0) {
      door.ask(request, (instance + 1) % door.instances(), Door.PATIENT);
    }
    return answer;
  }
}
