package dev.firstcome.http.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.firstcome.refusal.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The clients that were just told 429 for all their writes, and until when: by the very {@code
 * Authorization} header, which was verified on the way to that refusal. So a bot that goes on is
 * refused by the {@link AdmissionHandler}, at a fraction of what the way to a filter costs.
 */
@Component
public class RecentRejections {

  /** Longer moments are cut: then the filter says it again. */
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(1);

  /** Bots at the same time; those beyond are refused by the filter. */
  private static final long MOST = 10_000;

  /** A header counts once for each part of this length, so that memory is bounded. */
  private static final int LONG_HEADER = 1024;

  private final Cache<String, Moment> moments =
      Caffeine.newBuilder()
          .maximumWeight(MOST)
          .weigher((String header, Moment moment) -> 1 + header.length() / LONG_HEADER)
          .expireAfterWrite(2, TimeUnit.SECONDS)
          .build();
  private final Counter refusals;

  /** Nobody is looked for unless somebody was turned away lately. */
  private volatile long latest = System.nanoTime() - 2 * LONGEST;

  private record Moment(long until, Refused refused) {}

  public RecentRejections(MeterRegistry meters) {
    this.refusals = meters.counter("firstcome.limits.refused", "by", "turnstile");
  }

  /**
   * @param nanos for how long the next write with this header would hear the same
   */
  public void add(String authorization, long nanos, Refused refused) {
    long now = System.nanoTime();
    moments.put(authorization, new Moment(now + Math.min(nanos, LONGEST), refused));
    latest = now;
  }

  /** The refusal that this request would come to; null if it may have a chance. */
  @Nullable Refused find(HttpRequest write) {
    long now = System.nanoTime();
    if (now - latest > LONGEST) {
      return null;
    }
    String authorization = write.headers().get(HttpHeaderNames.AUTHORIZATION);
    Moment moment = authorization == null ? null : moments.getIfPresent(authorization);
    if (moment == null || moment.until - now <= 0) {
      return null;
    }
    refusals.increment();
    return moment.refused;
  }
}
