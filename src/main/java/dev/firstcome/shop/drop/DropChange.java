package dev.firstcome.shop.drop;

import dev.firstcome.http.json.Given;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.drop.Drop.Status;
import dev.firstcome.shop.product.ProductRefusal;
import java.time.Instant;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator wants of a drop: pure. A member that is null leaves what it names as it is.
 *
 * @param productIds all of those that it shall have
 */
record DropChange(
    @Nullable String name,
    @Nullable SortedSet<Long> productIds,
    @Nullable Instant opensAt,
    @Nullable Given<Instant> closesAt,
    @Nullable Given<Long> maxPerUser,
    @Nullable Boolean paused,
    @Nullable Given<LineChange> line) {

  /**
   * The drop afterwards.
   *
   * @throws Refused {@code INVALID_REQUEST} for what its status does not allow
   */
  Drop applyTo(Drop drop, Instant now) {
    Status status = drop.status(now);
    if (productIds != null && status != Status.SCHEDULED && status != Status.CLOSED) {
      throw onlyWhile("productIds", "SCHEDULED or CLOSED");
    }
    if (opensAt != null && !opensAt.equals(drop.opensAt()) && status != Status.SCHEDULED) {
      throw onlyWhile("opensAt", "SCHEDULED");
    }
    return new Drop(
        drop.id(),
        name == null ? drop.name() : name,
        opensAt == null ? drop.opensAt() : opensAt,
        closesAt == null ? drop.closesAt() : closesAt.value(),
        maxPerUser == null ? drop.maxPerUser() : maxPerUser.value(),
        paused == null ? drop.paused() : paused,
        line == null
            ? drop.line()
            : LineChange.after(drop.line(), line, status == Status.SCHEDULED));
  }

  private static Refused onlyWhile(String member, String statuses) {
    return Violation.of(member, Rule.ONLY_WHILE, "statuses", statuses).refused();
  }

  /**
   * Only a closed drop lets its products go.
   *
   * @param wanted by the drop
   * @param offers of the products that exist
   * @throws Refused {@code PRODUCT_NOT_FOUND}, {@code PRODUCT_IN_ANOTHER_DROP}
   */
  static void requireFree(
      long dropId, SortedSet<Long> wanted, Map<Long, Offer> offers, Instant now) {
    for (long product : wanted) {
      Offer offer = offers.get(product);
      if (offer == null) {
        throw ProductRefusal.PRODUCT_NOT_FOUND.refused();
      }
      Drop other = offer.drop();
      if (other != null && other.id() != dropId && other.status(now) != Status.CLOSED) {
        throw DropRefusal.PRODUCT_IN_ANOTHER_DROP.refused(
            "productId", product, "dropId", other.id());
      }
    }
  }
}
