package dev.firstcome.http.admission;

import dev.firstcome.http.admission.RateLimiter.Report;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.Script;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes one limit of what each instance holds for itself: tells Redis what the heaviest writers
 * have taken here, and learns what that leaves them after what they took elsewhere. A report whose
 * outcome is unknown is not repeated: the worst of it is that somebody was allowed a little more.
 *
 * <p>In any stretch of t seconds n instances together let through, of one user, no more than {@code
 * burst + rate · t + (n - 1) · (burst · (1 + untold) + rate · interval)}: the limit, and for each
 * further instance what it can let through before it reports and hears. What was too much is owed,
 * so the lasting rate is that of one instance.
 */
@Component
class RateLimitSync {

  private static final Script SHARE = Script.named("limit_share");

  private final Limits limits;
  private final LimitSettings settings;
  private final Redis redis;

  @Autowired
  RateLimitSync(Limits limits, LimitSettings settings, Redis redis, PeriodicJobs loops) {
    this(limits, settings, redis);
    loops.addApart("limits", settings.interval(), Mono.defer(this::turn));
  }

  RateLimitSync(Limits limits, LimitSettings settings, Redis redis) {
    this.limits = limits;
    this.settings = settings;
    this.redis = redis;
  }

  private Mono<Boolean> turn() {
    return Flux.fromIterable(limits.all())
        .filter(RateLimiter::isDue)
        .concatMap(this::share)
        // More is due than one call tells: the next turn comes at once.
        .then(Mono.fromSupplier(() -> limits.all().stream().anyMatch(RateLimiter::isDue)));
  }

  Mono<Void> share(RateLimiter allowances) {
    return Mono.defer(() -> share(allowances.limit(), allowances.due(settings.report())));
  }

  private Mono<Void> share(Limit limit, List<Report> reports) {
    return redis
        .run(SHARE, keys(limit, reports), arguments(limit, reports))
        .doOnNext(left -> learn(reports, left))
        .then();
  }

  /** What the keys of a limit begin with; of one hash tag, so that one script may use them. */
  static String key(Limit limit) {
    return "limit:{" + limit.name() + "}:";
  }

  private static String[] keys(Limit limit, List<Report> reports) {
    String prefix = key(limit);
    return reports.stream().map(report -> prefix + report.allowance().who()).toArray(String[]::new);
  }

  private static String[] arguments(Limit limit, List<Report> reports) {
    List<String> arguments = new ArrayList<>(2 + reports.size());
    arguments.add(Long.toString(limit.perSecond()));
    arguments.add(Long.toString(limit.burst()));
    for (Report report : reports) {
      arguments.add(Long.toString(report.taken()));
    }
    return arguments.toArray(String[]::new);
  }

  private static void learn(List<Report> reports, List<String> left) {
    for (int i = 0; i < reports.size(); i++) {
      reports.get(i).allowance().learn(Long.parseLong(left.get(1 + i)));
    }
  }
}
