package dev.firstcome.simulation;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.simulation.PostgresServer.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** One thing that a client wants, under one key, however often it asks for it. */
final class Request {

  final Kind kind;
  final String user;
  final String key;
  final UUID id;
  final Call call;

  /** What it is about, if it is about one. */
  final @Nullable UUID order;

  /** What may be locked for it. */
  final Set<Key> touches;

  /** The answers, of every attempt that was answered. */
  final List<Heard> heard = new ArrayList<>();

  int attempts;

  /** Every sending of it. */
  final List<Attempt> sendings = new ArrayList<>();

  /** Attempts that nobody knows the end of. */
  int unknown;

  enum Kind {
    COUPON,
    ORDER,
    CHARGE,
    PAYMENT,
    CANCEL,
    REFUND,
    LOOK,
    ADJUSTMENT,
    CHANGE
  }

  /** How it is asked for: of an instance, under the key that the attempt has. */
  @FunctionalInterface
  interface Call {
    Mono<Heard> to(Shop shop, String key);
  }

  /** A 2xx has a value, a refusal its code. */
  record Heard(@Nullable Object value, boolean replayed, @Nullable String refusal) {

    static Heard of(Verdict.Done<?> done) {
      return new Heard(done.value(), done.replayed(), null);
    }

    static Heard refused(String code) {
      return new Heard(null, false, code);
    }
  }

  /** One sending of it. */
  static final class Attempt {
    final Shop shop;

    /** In the world's microseconds. */
    final long sent;

    /** When the shop answered; never, if it did not. */
    long answeredAt = Long.MAX_VALUE;

    boolean arrived;
    boolean answered;
    boolean over;
    @Nullable Disposable subscription;

    Attempt(Shop shop, long sent) {
      this.shop = shop;
      this.sent = sent;
    }
  }

  Request(
      Kind kind,
      String user,
      String key,
      UUID id,
      @Nullable UUID order,
      Set<Key> touches,
      Call call) {
    this.order = order;
    this.touches = touches;
    this.kind = kind;
    this.user = user;
    this.key = key;
    this.id = id;
    this.call = call;
  }

  boolean isDone() {
    return heard.stream().anyMatch(h -> h.value != null);
  }

  @Override
  public String toString() {
    return kind + " " + user + " " + key + " " + id;
  }
}
