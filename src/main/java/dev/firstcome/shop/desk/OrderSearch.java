package dev.firstcome.shop.desk;

import static java.util.Objects.requireNonNull;

import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Orders;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Finds orders, newest first. One index leads to candidates, whatever else is asked for is checked
 * of these; a page looks at so many at the most. A page that has found less says where to go on.
 */
@Component
class OrderSearch {

  /** Candidates of one look, if there is anything to check. */
  private static final int LOOK = 400;

  /** Looks for one page. */
  private static final int LOOKS = 2;

  private final OrderSearchSql sql;
  private final Orders orders;

  OrderSearch(OrderSearchSql sql, Orders orders) {
    this.sql = sql;
    this.orders = orders;
  }

  /** What has been found, and up to where it was looked. */
  private record Found(List<TimePosition> orders, @Nullable TimePosition reached, int looks) {

    boolean isEnough(int rows) {
      return reached == null || orders.size() >= rows || looks == LOOKS;
    }
  }

  Mono<Slice<Order>> page(OrderFilter filter, Paging paging, String list) {
    TimePosition from = paging.after(list, TimePosition::parse);
    Found none = new Found(List.of(), filter.before(from), 0);
    return Mono.defer(() -> look(filter, none, paging.rows()))
        .expand(f -> f.isEnough(paging.rows()) ? Mono.empty() : look(filter, f, paging.rows()))
        .last()
        .flatMap(found -> slice(found, paging, list));
  }

  private Mono<Slice<Order>> slice(Found found, Paging paging, String list) {
    List<TimePosition> rows = found.orders.subList(0, Math.min(found.orders.size(), paging.rows()));
    TimePosition reached = found.reached;
    Slice<TimePosition> slice =
        reached != null && rows.size() <= paging.limit()
            ? Slice.goingOn(rows, list, reached.text())
            : Slice.of(rows, paging, list, TimePosition::text);
    return orders
        .all(slice.items().stream().map(TimePosition::id).toList())
        .map(read -> slice.map(position -> requireNonNull(read.get(position.id()))));
  }

  private Mono<Found> look(OrderFilter filter, Found before, int rows) {
    int limit = filter.isChecked() ? LOOK : rows;
    return sql.candidates(filter, before.reached, limit)
        .flatMap(
            candidates ->
                candidates.isEmpty()
                    ? Mono.just(new Found(before.orders, null, before.looks + 1))
                    : sql.matching(filter, candidates)
                        .map(matching -> after(before, candidates, matching, limit)));
  }

  /** In the order of the candidates, of which an order of several lines may be several. */
  private static Found after(
      Found before, List<TimePosition> candidates, Set<UUID> matching, int limit) {
    List<TimePosition> all = new ArrayList<>(before.orders);
    candidates.stream().distinct().filter(c -> matching.contains(c.id())).forEach(all::add);
    boolean more = candidates.size() == limit;
    TimePosition reached = more ? candidates.get(candidates.size() - 1) : null;
    return new Found(all, reached, before.looks + 1);
  }
}
