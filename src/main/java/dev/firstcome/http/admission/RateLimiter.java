package dev.firstcome.http.admission;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.firstcome.refusal.Refused;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** One {@link Limit}, for everybody to whom it applies. */
public final class RateLimiter {

  /** Bursts: what somebody owes who took one from each of so many instances at the same moment. */
  private static final int MOST_OWED = 16;

  private final Limit limit;
  private final long threshold;
  private final long mostBetweenReports;
  private final LoadingCache<String, RateLimitBucket> buckets;

  /** Each is in it once at the most, so it holds no more than there are. */
  private final Queue<RateLimitBucket> due = new ConcurrentLinkedQueue<>();

  /**
   * @param most how many are counted at the same time
   */
  RateLimiter(Limit limit, int most, LimitSettings settings, TimeMeter clock) {
    this.limit = limit;
    this.threshold = Math.max(1, (long) (limit.burst() * settings.untold()));
    this.mostBetweenReports =
        limit.burst() + limit.perSecond() * settings.interval().toMillis() / 1000;
    long paidAfterSeconds = 1 + MOST_OWED * limit.burst() / limit.perSecond();
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(most)
            // A bucket that nobody touched for this long is full again, as a new one would be.
            .expireAfterAccess(Duration.ofSeconds(paidAfterSeconds))
            .build(who -> new RateLimitBucket(who, bucket(limit, clock)));
  }

  private static Bucket bucket(Limit limit, TimeMeter clock) {
    return Bucket.builder()
        .withCustomTimePrecision(clock)
        .addLimit(
            bandwidth ->
                bandwidth
                    .capacity(limit.burst())
                    .refillGreedy(limit.perSecond(), Duration.ofSeconds(1)))
        .build();
  }

  Limit limit() {
    return limit;
  }

  /**
   * So many tokens, if there are so many. Decided here and now; nobody is asked.
   *
   * @param tokens more than a burst are a burst, or nobody could ever have them
   */
  ConsumptionProbe take(String who, long tokens) {
    RateLimitBucket bucket = buckets.get(who);
    ConsumptionProbe taken = bucket.take(Math.min(tokens, limit.burst()));
    if (taken.isConsumed()) {
      count(bucket, tokens);
    }
    return taken;
  }

  /** The rest of the price of what was allowed before its price was known. It may be owed. */
  void charge(String who, long tokens) {
    RateLimitBucket bucket = buckets.get(who);
    bucket.owe(tokens);
    count(bucket, tokens);
  }

  private void count(RateLimitBucket bucket, long tokens) {
    if (bucket.becameDue(tokens, threshold)) {
      due.add(bucket);
    }
  }

  /**
   * One token, or none and no further.
   *
   * @throws Refused {@code TOO_MANY_REQUESTS}
   */
  public void demand(String who) {
    ConsumptionProbe taken = take(who, 1);
    if (!taken.isConsumed()) {
      throw limit.refused(taken);
    }
  }

  /** Those who have taken enough to be reported, each of whom is no longer due. */
  List<Report> due(int most) {
    List<Report> reports = new ArrayList<>();
    for (RateLimitBucket next = due.poll(); next != null; next = due.poll()) {
      reports.add(new Report(next, next.tell(mostBetweenReports)));
      if (reports.size() == most) {
        break;
      }
    }
    return reports;
  }

  boolean isDue() {
    return !due.isEmpty();
  }

  record Report(RateLimitBucket allowance, long taken) {}
}
