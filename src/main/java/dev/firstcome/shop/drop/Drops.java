package dev.firstcome.shop.drop;

import static dev.firstcome.shop.drop.DropRefusal.DROP_NOT_FOUND;

import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.audit.AdminAnswer;
import dev.firstcome.shop.audit.AdminChange;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AdminWrites;
import dev.firstcome.shop.stock.Stock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Knows the drops, and changes them. A change locks the drop, then the stock of every product that
 * it may bind or let go, in the order of their ids, then the drop's line. So an order that holds
 * that stock sees the drop as it was or as it is, and none is committed by the old terms after the
 * change was answered.
 */
@Component
public class Drops {

  /** No drop has it. */
  private static final long NONE = 0;

  private final DropSql sql;
  private final LineTermsSql lines;
  private final Offers offers;
  private final Stock stock;
  private final AdminWrites writes;
  private final Scheduler timers;

  @Autowired
  Drops(DropSql sql, LineTermsSql lines, Offers offers, Stock stock, AdminWrites writes) {
    this(sql, lines, offers, stock, writes, Schedulers.parallel());
  }

  /**
   * @param timers wait for what other instances trust
   */
  Drops(
      DropSql sql,
      LineTermsSql lines,
      Offers offers,
      Stock stock,
      AdminWrites writes,
      Scheduler timers) {
    this.sql = sql;
    this.lines = lines;
    this.offers = offers;
    this.stock = stock;
    this.writes = writes;
    this.timers = timers;
  }

  /** Drops as they are now, by id; one that is missing does not exist. */
  Mono<Map<Long, DropBody>> find(Collection<Long> ids) {
    return sql.bodies(ids);
  }

  Mono<DropBody> find(long id) {
    return find(List.of(id))
        .flatMap(found -> Mono.justOrEmpty(found.get(id)))
        .switchIfEmpty(DROP_NOT_FOUND.asError());
  }

  /**
   * @param status null: of any
   */
  Mono<List<DropBody>> newestBefore(long id, Drop.@Nullable Status status, int limit) {
    return sql.newestBefore(id, status, limit);
  }

  /**
   * @return refuses with {@code PRODUCT_NOT_FOUND}, {@code PRODUCT_IN_ANOTHER_DROP}
   */
  Mono<AdminReply> create(AdminRequest request, DropTerms terms) {
    return writes.once(request, change -> create(change, terms));
  }

  private Mono<AdminAnswer> create(AdminChange change, DropTerms terms) {
    Session session = change.session();
    return stock
        .lock(session, terms.productIds())
        .then(Mono.defer(() -> requireFree(session, NONE, terms.productIds())))
        .then(Mono.defer(() -> sql.insert(session, terms)))
        .delayUntil(id -> bind(change, id, terms.productIds()))
        .delayUntil(id -> put(session, id, terms.line()))
        .doOnNext(id -> change.note(subject(id), null, terms, null))
        .flatMap(id -> body(session, id))
        .map(drop -> AdminAnswer.created("/api/v1/drops/" + drop.id(), drop, drop.tag()));
  }

  /**
   * Answers when no instance refuses by the older terms any more, a second after its commit.
   *
   * @return refuses with {@code DROP_NOT_FOUND}, {@code VERSION_CHANGED}, {@code
   *     PRODUCT_NOT_FOUND}, {@code PRODUCT_IN_ANOTHER_DROP}, {@code INVALID_REQUEST}
   */
  Mono<AdminReply> change(
      AdminRequest request, long id, DropChange wanted, EntityTag.Condition expected) {
    return writes
        .once(request, change -> change(change, id, wanted, expected))
        .delayUntil(changed -> Mono.delay(DropBoard.TRUST, timers));
  }

  private Mono<AdminAnswer> change(
      AdminChange change, long id, DropChange wanted, EntityTag.Condition expected) {
    Session session = change.session();
    return sql.lock(session, id)
        .switchIfEmpty(DROP_NOT_FOUND.asError())
        .doOnNext(locked -> expected.demand(locked.version()))
        .flatMap(locked -> change(change, locked.drop(), wanted))
        .then(Mono.defer(() -> body(session, id)))
        .map(drop -> AdminAnswer.ok(drop, drop.tag()));
  }

  private Mono<Void> change(AdminChange change, Drop drop, DropChange wanted) {
    Session session = change.session();
    return sql.productsOf(session, drop.id())
        .delayUntil(bound -> lockStock(session, bound, wanted))
        .zipWhen(bound -> lines.lock(session, drop))
        .zipWhen(read -> session.now())
        .flatMap(
            read ->
                write(change, read.getT1().getT2(), read.getT1().getT1(), wanted, read.getT2()));
  }

  private Mono<Void> write(Session session, Drop before, Drop after) {
    return sql.write(session, after).then(Mono.defer(() -> lines.write(session, before, after)));
  }

  private Mono<Long> put(Session session, long id, @Nullable LineTerms line) {
    return line == null ? Mono.just(0L) : lines.put(session, id, line);
  }

  /** While the drop is locked, others can only take products of it away. */
  private Mono<?> lockStock(Session session, Collection<Long> bound, DropChange wanted) {
    Set<Long> all = new TreeSet<>(bound);
    all.addAll(Objects.requireNonNullElse(wanted.productIds(), Set.<Long>of()));
    return stock.lock(session, all);
  }

  private Mono<Void> write(
      AdminChange change, Drop drop, List<Long> bound, DropChange wanted, Instant now) {
    Drop then = wanted.applyTo(drop, now);
    DropTerms before = DropTerms.of(drop, bound);
    DropTerms after = DropTerms.of(then, Objects.requireNonNullElse(wanted.productIds(), bound));
    Session session = change.session();
    return rebind(change, drop.id(), wanted.productIds())
        .then(Mono.defer(() -> after.equals(before) ? Mono.empty() : write(session, drop, then)))
        .doFirst(() -> change.note(subject(drop.id()), before, after, null))
        .then();
  }

  private Mono<Void> rebind(AdminChange change, long id, @Nullable SortedSet<Long> productIds) {
    return productIds == null
        ? Mono.empty()
        : requireFree(change.session(), id, productIds)
            .then(Mono.defer(() -> bind(change, id, productIds)));
  }

  /** What it takes from others is a change of theirs too. */
  private Mono<Void> bind(AdminChange change, long id, SortedSet<Long> productIds) {
    return sql.bind(change.session(), id, productIds)
        .filter(losses -> !losses.isEmpty())
        .delayUntil(losses -> sql.raise(change.session(), losses.keySet()))
        .flatMapIterable(Map::entrySet)
        .concatMap(loss -> note(change, loss.getKey(), loss.getValue()))
        .then();
  }

  private Mono<?> note(AdminChange change, long loser, SortedSet<Long> lost) {
    return sql.productsOf(change.session(), loser)
        .doOnNext(
            left ->
                change.note(
                    subject(loser), Binding.of(left, lost), Binding.of(left, List.of()), null));
  }

  /** What the audit has of a drop that lost products to another. */
  private record Binding(SortedSet<Long> productIds) {

    static Binding of(Collection<Long> left, Collection<Long> lost) {
      SortedSet<Long> all = new TreeSet<>(left);
      all.addAll(lost);
      return new Binding(all);
    }
  }

  private Mono<Void> requireFree(Session session, long id, SortedSet<Long> productIds) {
    return offers
        .read(session, productIds)
        .zipWhen(offered -> session.now())
        .doOnNext(read -> DropChange.requireFree(id, productIds, read.getT1(), read.getT2()))
        .then();
  }

  private Mono<DropBody> body(Session session, long id) {
    return sql.bodies(session, List.of(id)).map(found -> Objects.requireNonNull(found.get(id)));
  }

  private static String subject(long id) {
    return "drop:" + id;
  }
}
