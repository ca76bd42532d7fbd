package dev.firstcome.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refusal;
import io.lettuce.core.RedisCommandTimeoutException;
import io.r2dbc.spi.R2dbcNonTransientException;
import io.r2dbc.spi.R2dbcRollbackException;
import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import reactor.pool.PoolAcquirePendingLimitException;
import reactor.pool.PoolAcquireTimeoutException;

class FailuresTest {

  private static Refusal refusal(Throwable failure) {
    return Failures.toRefused(failure).refusal();
  }

  @Test
  void callsADependencyThatIsAwayUnavailable() {
    assertThat(refusal(new RedisCommandTimeoutException()))
        .isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
    assertThat(refusal(new PoolAcquireTimeoutException(Duration.ofSeconds(1))))
        .isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
    assertThat(refusal(new R2dbcRollbackException("deadlock detected")))
        .isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
    assertThat(refusal(new DataAccessResourceFailureException("no connection")))
        .isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
    assertThat(refusal(new State("57P01"))).isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
    assertThat(refusal(new State("25006"))).isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
  }

  @Test
  void callsAFullQueueOverloaded() {
    assertThat(refusal(new RejectedExecutionException())).isEqualTo(CommonRefusal.OVERLOADED);
    Throwable full = new PoolAcquirePendingLimitException(7);
    assertThat(refusal(full)).isEqualTo(CommonRefusal.OVERLOADED);
    assertThat(refusal(new DataAccessResourceFailureException("no connection", full)))
        .isEqualTo(CommonRefusal.OVERLOADED);
  }

  @Test
  void callsABugABug() {
    assertThat(refusal(new NullPointerException())).isEqualTo(CommonRefusal.INTERNAL);
    assertThat(refusal(new DuplicateKeyException("x"))).isEqualTo(CommonRefusal.INTERNAL);
    assertThat(refusal(new State("42P01"))).isEqualTo(CommonRefusal.INTERNAL);
    assertThat(refusal(new ResponseStatusException(HttpStatus.BAD_GATEWAY)))
        .isEqualTo(CommonRefusal.INTERNAL);
  }

  @Test
  void looksForTheCauseButNotForever() {
    RuntimeException wrapped = new IllegalStateException(new RedisCommandTimeoutException());
    assertThat(refusal(wrapped)).isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
    RuntimeException one = new IllegalStateException();
    RuntimeException two = new IllegalStateException(one);
    one.initCause(two);
    assertThat(refusal(one)).isEqualTo(CommonRefusal.INTERNAL);
  }

  private static final class State extends R2dbcNonTransientException {
    @Serial private static final long serialVersionUID = 1L;

    State(String sqlState) {
      super("reason", sqlState);
    }
  }
}
