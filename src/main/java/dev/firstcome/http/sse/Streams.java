package dev.firstcome.http.sse;

import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

/** Every stream of this instance: how many there may be, and when they end. */
@Component
public class Streams implements SmartLifecycle {

  /** Milliseconds between the first and the last to come back, at the least. */
  private static final long NARROWEST = 2000;

  /** Clients that may come back within one second. */
  private static final long RETURNING = 500;

  private final StreamSettings settings;
  private final PeriodicJobs loops;
  private final JsonMapper json;
  private final Semaphore places;
  private final Counter cutOff;
  private volatile Sinks.Empty<Void> end = Sinks.empty();
  private volatile boolean running;

  Streams(
      StreamSettings settings,
      WebSettings web,
      PeriodicJobs loops,
      JsonMapper json,
      MeterRegistry meters) {
    if (settings.clients() >= web.maxConnections()) {
      throw new IllegalArgumentException(
          "firstcome.streams.clients must be below firstcome.web.max-connections,"
              + " or those who watch keep out those who buy");
    }
    if (settings.heartbeat().plus(settings.period()).compareTo(web.idleTimeout()) >= 0) {
      throw new IllegalArgumentException(
          "firstcome.streams: heartbeat and period together must be below firstcome.web.idle-timeout,"
              + " or streams are closed between two heartbeats");
    }
    this.settings = settings;
    this.loops = loops;
    this.json = json;
    this.places = new Semaphore(settings.clients());
    this.cutOff =
        Counter.builder("firstcome.streams.cut")
            .description("clients of streams that took nothing for too long")
            .register(meters);
    Gauge.builder(
            "firstcome.streams.clients", places, p -> settings.clients() - p.availablePermits())
        .description("open streams")
        .register(meters);
  }

  /**
   * Opens a kind of stream.
   *
   * @param event its events' name
   * @param read the states of the things named, each a body as an answer would have it; what is
   *     missing does not exist. A state that equals the one before it is not sent
   */
  public <K> Feed<K> feed(
      String event, Function<Set<K>, ? extends Mono<? extends Map<K, ?>>> read) {
    Feed<K> feed = new Feed<>(event, read, this, settings);
    loops.add(event + " stream", settings.period(), Mono.defer(feed::turn));
    return feed;
  }

  String json(Object state) {
    return json.writeValueAsString(state);
  }

  /** What a client hears first; a state that it has seen is left out. */
  byte[] greeting(Frame frame, boolean seen) {
    String state = seen ? "" : new String(frame.bytes(), StandardCharsets.UTF_8);
    return ("retry: " + retryMillis() + "\n\n" + state).getBytes(StandardCharsets.UTF_8);
  }

  /** All streams end at once with their instance: whoever watched comes back in his own moment. */
  private long retryMillis() {
    long watching = settings.clients() - places.availablePermits();
    long range = Math.max(NARROWEST, 1000 * watching / RETURNING);
    return settings.retry().toMillis() + ThreadLocalRandom.current().nextLong(range + 1);
  }

  int mostTopics() {
    return settings.topics();
  }

  boolean hasRoom() {
    return running && places.availablePermits() > 0;
  }

  boolean enter() {
    return running && places.tryAcquire();
  }

  void leave() {
    places.release();
  }

  void countCutOff() {
    cutOff.increment();
  }

  Watcher watcher(Channel channel, Frame shown) {
    return new Watcher(
        channel, shown, System.nanoTime(), settings.heartbeat(), settings.stuckAfter());
  }

  /** Completes when every stream is to end. */
  Mono<Void> untilTheEnd() {
    return end.asMono();
  }

  @Override
  public void start() {
    end = Sinks.empty();
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    end.tryEmitEmpty();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** No more than the server itself: one that is paused goes on listening. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  /** With the last words to all clients, before the server waits for requests to end. */
  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
