package dev.firstcome.shop.ranking;

import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The keys, the arguments and the answers of this room's Lua. */
@Component
class SalesScripts {

  private static final Script TOP = Script.named("sales_top");
  private static final Script PROJECT = Script.named("sales_project");
  private static final Script BEGIN = Script.named("sales_begin");

  private static final String[] KEYS = {
    "sales:{popular}:state", "sales:{popular}:window", "sales:{popular}:minute:"
  };

  /**
   * A minute leaves the window 72 hours after it began and is taken out by the next call, which
   * somebody makes every few seconds. If nobody did for {@link #STATE_TTL}, the state would be gone
   * and all rebuilt, long before a minute is gone that is still in the total: that takes a day more
   * than the window at least.
   */
  static final Duration MINUTE_TTL = Window.LENGTH.plusHours(24);

  static final Duration STATE_TTL = Duration.ofHours(12);

  /**
   * Clocks differ, and a sale may be counted late: minutes around the window may have been used.
   */
  private static final long MARGIN_MINUTES = Duration.ofHours(24).toMinutes();

  /** About three milliseconds of Redis's time, in which the gates wait. */
  private static final int MOST_CHANGES = 1000;

  private final Redis redis;
  private final Window window;

  SalesScripts(Redis redis, Window window) {
    this.redis = redis;
    this.window = window;
  }

  enum Outcome {
    NOT_LOADED,
    LOADING,
    BEHIND,
    READY
  }

  /** Units of one product in a window. */
  record Units(long productId, long units) {}

  /**
   * How Redis stands.
   *
   * @param from its window's first minute; 0 unless {@code LOADING} or {@code READY}
   * @param cursor how far a rebuild has come; null unless {@code LOADING}
   * @param best the best sellers, best first; empty unless {@code READY}
   */
  record Top(Outcome word, long from, Sale.@Nullable Cursor cursor, List<Units> best) {}

  /** For readers. */
  Mono<Top> top(int products) {
    return top(products, MOST_CHANGES, "");
  }

  /** For the projector: whether Redis knows the token. */
  Mono<Top> state(UUID token) {
    return top(0, MOST_CHANGES, token.toString());
  }

  Mono<Top> top(int products, int mostChanges, String token) {
    return redis
        .run(
            TOP,
            KEYS,
            Long.toString(window.minutes()),
            Integer.toString(products),
            Integer.toString(mostChanges),
            seconds(STATE_TTL),
            token)
        .map(SalesScripts::decode);
  }

  /**
   * @param cursor how far a rebuild has come; null when everything is there
   * @return whether they were taken; if not, Redis has forgotten everything
   */
  Mono<Boolean> project(UUID token, UUID next, Sale.@Nullable Cursor cursor, List<Sale> sales) {
    List<String> arguments = new ArrayList<>(4 + 4 * sales.size());
    arguments.add(token.toString());
    arguments.add(next.toString());
    arguments.add(cursor == null ? "" : cursor.text());
    arguments.add(seconds(MINUTE_TTL));
    for (Sale sale : sales) {
      arguments.add(Long.toString(sale.minute()));
      arguments.add(member(sale.productId()));
      arguments.add(Long.toString(sale.units()));
      arguments.add(Long.toString(sale.version()));
    }
    return redis
        .run(PROJECT, KEYS, arguments.toArray(String[]::new))
        .map(answer -> answer.get(0).equals("TAKEN"));
  }

  /**
   * Begins a rebuild.
   *
   * @return whether it did; if not, Redis knows the token meanwhile
   */
  Mono<Boolean> begin(UUID token, UUID next) {
    return redis
        .run(
            BEGIN,
            KEYS,
            token.toString(),
            next.toString(),
            Sale.Cursor.START.text(),
            Long.toString(window.minutes()),
            Long.toString(MARGIN_MINUTES),
            Long.toString(Window.LENGTH.toMinutes() + MARGIN_MINUTES),
            seconds(STATE_TTL))
        .map(answer -> answer.get(0).equals("BEGUN"));
  }

  private static Top decode(List<String> answer) {
    Outcome word = Outcome.valueOf(answer.get(0));
    long from = answer.size() < 2 ? 0 : Long.parseLong(answer.get(1));
    if (word == Outcome.LOADING) {
      return new Top(word, from, Sale.Cursor.parse(answer.get(2)), List.of());
    }
    List<Units> best = new ArrayList<>();
    for (int i = 2; i < answer.size(); i += 2) {
      best.add(new Units(productId(answer.get(i)), Long.parseLong(answer.get(i + 1))));
    }
    return new Top(word, from, null, best);
  }

  /**
   * Members of equal score are read in reverse order of their text: so the lower id comes first.
   */
  static String member(long productId) {
    return String.format(Locale.ROOT, "%019d", Long.MAX_VALUE - productId);
  }

  static long productId(String member) {
    return Long.MAX_VALUE - Long.parseLong(member);
  }

  private static String seconds(Duration duration) {
    return Long.toString(duration.toSeconds());
  }
}
