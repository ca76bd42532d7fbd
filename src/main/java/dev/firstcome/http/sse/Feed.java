package dev.firstcome.http.sse;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import io.netty.channel.Channel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One kind of stream: shows the state of each thing that somebody watches, whenever it has changed.
 *
 * @param <K> names what is watched
 */
public final class Feed<K> {

  private final String event;
  private final Function<Set<K>, ? extends Mono<? extends Map<K, ?>>> read;
  private final Streams streams;
  private final ConcurrentMap<K, Topic> topics = new ConcurrentHashMap<>();

  /** For those who come: however many do within a period, one looks for all of them. */
  private final Cache<K, Mono<Frame>> latest;

  Feed(
      String event,
      Function<Set<K>, ? extends Mono<? extends Map<K, ?>>> read,
      Streams streams,
      StreamSettings settings) {
    this.event = event;
    this.read = read;
    this.streams = streams;
    this.latest =
        Caffeine.newBuilder()
            .maximumSize(2L * settings.topics())
            .expireAfterWrite(settings.period())
            .build();
  }

  /**
   * The state as it is now, and again whenever it is another.
   *
   * @return empty if there is no such thing; ends with {@link Refused} {@code OVERLOADED} if there
   *     is no place
   */
  public Mono<ServerResponse> watch(ServerRequest request, K key) {
    return latest
        .get(key, unseen -> look(unseen).cache())
        .flatMap(frame -> hasRoom(key) ? answer(request, key, frame) : refuse());
  }

  private Mono<Frame> look(K key) {
    return Mono.defer(() -> read.apply(Set.of(key))).mapNotNull(states -> frame(states.get(key)));
  }

  private @Nullable Frame frame(@Nullable Object state) {
    return state == null ? null : Frame.of(event, streams.json(state));
  }

  private boolean hasRoom(K key) {
    return streams.hasRoom() && (topics.containsKey(key) || topics.size() < streams.mostTopics());
  }

  private static <T> Mono<T> refuse() {
    return CommonRefusal.OVERLOADED.asError();
  }

  private Mono<ServerResponse> answer(ServerRequest request, K key, Frame frame) {
    Channel channel = Connections.channel(request);
    boolean seen = frame.id().equals(request.headers().firstHeader("Last-Event-ID"));
    return ServerResponse.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .header("Cache-Control", "no-store")
        // Or a proxy of that make would collect events before it passes them on.
        .header("X-Accel-Buffering", "no")
        .body(
            (response, context) -> {
              DataBuffer first = response.bufferFactory().wrap(streams.greeting(frame, seen));
              Flux<Publisher<DataBuffer>> parts =
                  Flux.concat(
                      Mono.just(Mono.just(first)), Mono.defer(() -> rest(channel, key, frame)));
              return response.writeAndFlushWith(parts);
            });
  }

  /**
   * Nothing that Reactor would have to carry, for as long as the client watches. A client that lost
   * the last place since it was admitted is sent away, to come back.
   */
  private Mono<Publisher<DataBuffer>> rest(Channel channel, K key, Frame shown) {
    if (!streams.enter()) {
      return Mono.empty();
    }
    Topic topic = topics.compute(key, (k, found) -> entered(found, shown));
    if (topic == null) {
      streams.leave();
      return Mono.empty();
    }
    Watcher watcher = streams.watcher(channel, shown);
    topic.join(watcher);
    return Mono.firstWithSignal(streams.untilTheEnd(), Connections.closed(channel))
        .then(Mono.<Publisher<DataBuffer>>empty())
        .doOnTerminate(watcher::end)
        .doFinally(how -> leave(key, topic, watcher));
  }

  private @Nullable Topic entered(@Nullable Topic found, Frame shown) {
    if (found == null && topics.size() >= streams.mostTopics()) {
      return null;
    }
    Topic topic = found == null ? new Topic(shown, streams::countCutOff) : found;
    topic.clients++;
    return topic;
  }

  private void leave(K key, Topic topic, Watcher watcher) {
    watcher.end();
    topic.leave(watcher);
    topics.computeIfPresent(key, (k, found) -> --found.clients == 0 ? null : found);
    streams.leave();
  }

  /** Looks once at everything that is watched. Emits that there is nothing more to do at once. */
  Mono<Boolean> turn() {
    Set<K> watched = Set.copyOf(topics.keySet());
    if (watched.isEmpty()) {
      return Mono.just(false);
    }
    return Mono.defer(() -> read.apply(watched))
        .doOnNext(this::show)
        .doOnError(away -> topics.values().forEach(Topic::showAgain))
        .thenReturn(false);
  }

  private void show(Map<K, ?> states) {
    topics.forEach(
        (key, topic) -> {
          Frame newest = frame(states.get(key));
          if (newest == null) {
            topic.showAgain();
          } else {
            topic.show(newest);
          }
        });
  }
}
