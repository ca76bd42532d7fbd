package dev.firstcome.http.admission;

import io.github.bucket4j.TimeMeter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Every limit there is. */
@Component
public class Limits {

  private final LimitSettings settings;
  private final TimeMeter clock;
  private final List<RateLimiter> all = new CopyOnWriteArrayList<>();

  @Autowired
  Limits(LimitSettings settings) {
    this(settings, TimeMeter.SYSTEM_NANOTIME);
  }

  Limits(LimitSettings settings, TimeMeter clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * To be opened once, by the filter that enforces it.
   *
   * @param most how many users, or addresses, are counted at the same time
   */
  public RateLimiter open(Limit limit, int most) {
    RateLimiter allowances = new RateLimiter(limit, most, settings, clock);
    all.add(allowances);
    return allowances;
  }

  List<RateLimiter> all() {
    return all;
  }
}
