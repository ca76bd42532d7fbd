package dev.firstcome.http.admission;

import dev.firstcome.http.guard.ClientAddress;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.http.security.Caller;
import dev.firstcome.http.security.Tokens;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes whose body is still on its way. They take nothing of what the shop can work on at once
 * ({@link ConcurrencyLimit}); what they do take, connections and memory, is bounded apart: for each
 * user, for each address, and in all.
 */
@Component
class SlowBodies {

  /** What all bodies that are on their way may hold, as a share of the heap. */
  private static final int SHARE_OF_MEMORY = 16;

  private final Tokens tokens;
  private final ClientAddress clients;
  private final int mostOfUser;
  private final int mostOfAddress;
  private final long largest;
  private final long mostBytes;

  /** No more entries than connections, and those are bounded. */
  private final Map<String, Integer> places = new ConcurrentHashMap<>();

  private final AtomicLong bytes = new AtomicLong();

  SlowBodies(Tokens tokens, ClientAddress clients, WebSettings settings, MeterRegistry meters) {
    this.tokens = tokens;
    this.clients = clients;
    this.mostOfUser = settings.slowBodiesPerUser();
    this.mostOfAddress = settings.slowBodiesPerAddress();
    this.largest = settings.maxBody().toBytes();
    this.mostBytes = Math.max(largest, Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY);
    Gauge.builder("firstcome.web.slow.bodies.bytes", bytes, AtomicLong::get)
        .description("announced by writes whose body is still on its way")
        .baseUnit("bytes")
        .register(meters);
  }

  /** A write's place among those that are slow; to be left once, and further times for nothing. */
  final class Place {

    private final String user;
    private final String address;
    private final long announced;
    private boolean left;

    private Place(String user, String address, long announced) {
      this.user = user;
      this.address = address;
      this.announced = announced;
    }

    /** On the connection's event loop only. */
    void leave() {
      if (!left) {
        left = true;
        release(user);
        release(address);
        bytes.addAndGet(-announced);
      }
    }
  }

  /** Whether the sender is known by a token that was verified before. */
  boolean knows(HttpRequest write) {
    return caller(write) != null;
  }

  private @Nullable Caller caller(HttpRequest write) {
    String header = write.headers().get(HttpHeaderNames.AUTHORIZATION);
    return header == null ? null : tokens.known(header);
  }

  /**
   * @return null if there is no place for this user, at this address, or at all
   */
  @Nullable Place enter(HttpRequest write, SocketAddress peer) {
    String address =
        "address " + clients.of(peer, write.headers().getAll(ClientAddress.FORWARDED_FOR));
    Caller caller = caller(write);
    // Who is not known yet is nobody but his address.
    String user = caller == null ? address + " unknown" : "user " + caller.userId();
    long announced = Math.min(largest, HttpUtil.getContentLength(write, largest));
    if (!take(user, caller == null ? mostOfAddress : mostOfUser)) {
      return null;
    }
    if (!take(address, mostOfAddress)) {
      release(user);
      return null;
    }
    Place place = new Place(user, address, announced);
    if (bytes.addAndGet(announced) > mostBytes) {
      place.leave();
      return null;
    }
    return place;
  }

  private boolean take(String who, int most) {
    if (places.merge(who, 1, Integer::sum) <= most) {
      return true;
    }
    release(who);
    return false;
  }

  private void release(String who) {
    places.computeIfPresent(who, (name, taken) -> taken == 1 ? null : taken - 1);
  }
}
