package dev.firstcome.shop.order;

import dev.firstcome.engine.batch.BatchJob;
import dev.firstcome.engine.batch.BatchRunner;
import dev.firstcome.engine.batch.BatchRunner.Progress;
import dev.firstcome.engine.batch.LookBack;
import dev.firstcome.engine.batch.SetAside;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Session;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Ends orders that were not paid in time, in batches, on every instance at once: each takes what no
 * other has locked. An order that cannot be ended is set aside and holds up no other.
 */
@Component
class OrderExpiry {

  /** As {@code LOCK_DUE} names it. */
  static final String NAME = "order expiry";

  private final OrderSql sql;
  private final OrderClosing closing;
  private final OrderSettings settings;
  private final BatchRunner runner;
  private final SetAside aside;
  private final Counter expired;
  private final LookBack look;

  @Autowired
  OrderExpiry(
      OrderSql sql,
      OrderClosing closing,
      OrderSettings settings,
      BatchRunner runner,
      SetAside aside,
      PeriodicJobs jobs,
      MeterRegistry meters) {
    this(sql, closing, settings, runner, aside, jobs, meters, System::nanoTime);
  }

  OrderExpiry(
      OrderSql sql,
      OrderClosing closing,
      OrderSettings settings,
      BatchRunner runner,
      SetAside aside,
      PeriodicJobs jobs,
      MeterRegistry meters,
      LongSupplier nanos) {
    this.sql = sql;
    this.closing = closing;
    this.settings = settings;
    this.runner = runner;
    this.aside = aside;
    this.look = new LookBack(nanos);
    this.expired = meters.counter("firstcome.orders.expired");
    aside.count(NAME);
    jobs.add(NAME, settings.expiryInterval(), Mono.defer(this::expireSome));
  }

  /** Expires one batch; emits whether there may be more. */
  Mono<Boolean> expireSome() {
    return Mono.defer(() -> expireSince(look.next()));
  }

  private Mono<Boolean> expireSince(Duration back) {
    return runner
        .run(new Due(back))
        .doOnNext(this::committed)
        .flatMap(progress -> endsLook(progress, back));
  }

  private void committed(Progress progress) {
    if (progress.done() > 0) {
      expired.increment(progress.done());
      closing.committed();
    }
  }

  /** A short batch is not all: it passed over what somebody has locked and what is set aside. */
  private Mono<Boolean> endsLook(Progress progress, Duration back) {
    if (progress.taken() >= settings.expiryBatch()) {
      look.done(false);
      return Mono.just(true);
    }
    return sql.oldestDue(back).defaultIfEmpty(Duration.ZERO).doOnNext(look::left).thenReturn(false);
  }

  /** The orders that are due by PostgreSQL's clock, and for no longer than {@code back}. */
  private final class Due implements BatchJob<Order> {

    private final Duration back;

    Due(Duration back) {
      this.back = back;
    }

    @Override
    public Mono<List<Order>> take(Session session) {
      return sql.lockDue(session, settings.expiryBatch(), back);
    }

    @Override
    public Mono<List<Order>> takeThese(Session session, List<Order> some) {
      return sql.lockTheseDue(session, some);
    }

    @Override
    public Mono<Void> apply(Session session, List<Order> taken) {
      List<Order> closed = taken.stream().map(Order::expired).toList();
      List<String> subjects = taken.stream().map(this::subject).toList();
      return closing
          .close(session, closed, List.of())
          .then(Mono.defer(() -> aside.done(session, NAME, subjects)));
    }

    @Override
    public String subject(Order one) {
      return "order:" + one.id();
    }

    @Override
    public Mono<Void> setAside(Order one, String why) {
      return aside.put(NAME, subject(one), why);
    }
  }
}
