package dev.firstcome.shop.desk;

import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.http.json.Instants;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.order.Order;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Which orders are asked for. What is null does not matter.
 *
 * @param productId in any of its lines; with a drop, ordered in that drop
 * @param statuses empty: any
 * @param from the first instant at which it may have been made
 * @param to the first at which it may no longer have been
 */
record OrderFilter(
    @Nullable String userId,
    @Nullable Long productId,
    @Nullable Long dropId,
    List<Order.Status> statuses,
    @Nullable Instant from,
    @Nullable Instant to) {

  /**
   * @throws dev.firstcome.refusal.Refused {@code INVALID_REQUEST} naming what is wrong
   */
  static OrderFilter of(ServerRequest request) {
    return new OrderFilter(
        text(request, "userId"),
        number(request, "productId"),
        number(request, "dropId"),
        Order.Status.asked(request),
        instant(request, "from"),
        instant(request, "to"));
  }

  boolean isOfAnyStatus() {
    return statuses.size() == Order.Status.values().length;
  }

  /** Whether a candidate may be none: the index that leads to it does not know all. */
  boolean isChecked() {
    boolean line = productId != null || dropId != null;
    return userId == null ? line && !isOfAnyStatus() : line || !isOfAnyStatus();
  }

  /** From where on to look: from a position, but from nothing that was made too late. */
  TimePosition before(@Nullable TimePosition position) {
    TimePosition start = position == null ? TimePosition.NEWEST : position;
    return to == null || start.at().isBefore(to) ? start : new TimePosition(to, new UUID(0, 0));
  }

  private static @Nullable String text(ServerRequest request, String name) {
    String given = request.queryParams().getFirst(name);
    if (given == null || given.isEmpty()) {
      return null;
    }
    if (!given.matches("[!-~]{1,64}")) {
      throw Violation.of(name, Rule.TEXT_CHARACTERS).refused();
    }
    return given;
  }

  private static @Nullable Long number(ServerRequest request, String name) {
    String given = text(request, name);
    if (given == null) {
      return null;
    }
    if (!given.matches("[1-9][0-9]{0,17}")) {
      throw Violation.of(name, Rule.RANGE, "minimum", 1, "maximum", Long.MAX_VALUE).refused();
    }
    return Long.valueOf(given);
  }

  private static @Nullable Instant instant(ServerRequest request, String name) {
    String given = text(request, name);
    if (given == null) {
      return null;
    }
    Instant instant = Instants.parse(given);
    if (instant == null) {
      throw Violation.of(name, Rule.INSTANT).refused();
    }
    return instant;
  }
}
