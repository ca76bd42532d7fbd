package dev.firstcome.shop.drop;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.firstcome.http.dispatch.EntityTag;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A drop as it is answered.
 *
 * @param line null: there is none
 * @param serverTime by PostgreSQL's clock
 * @param version which change of an administrator's made it what it is; shown as its ETag
 */
record DropBody(
    long id,
    String name,
    Drop.Status status,
    Instant opensAt,
    @Nullable Instant closesAt,
    @Nullable Long maxPerUser,
    List<Item> products,
    @Nullable Line line,
    Instant serverTime,
    @JsonIgnore long version) {

  /** One product of it, with its stock of the same moment. */
  record Item(long id, String name, long price, long stock, @Nullable Long maxPerUser) {}

  /**
   * The queue in front of it.
   *
   * @param seedHash the SHA-256 of the seed
   * @param seed by which the tickets from before the opening got their numbers; null until then
   * @param admittedUpTo nobody with a higher number was admitted yet
   * @param waiting tickets that wait
   * @param soldOut whether there is nothing left for them at this moment
   */
  record Line(
      String seedHash, @Nullable String seed, long admittedUpTo, long waiting, boolean soldOut) {

    Line with(boolean nothingLeft) {
      return new Line(seedHash, seed, admittedUpTo, waiting, nothingLeft);
    }
  }

  static DropBody of(
      Drop drop, List<Item> products, @Nullable Line line, Instant now, long version) {
    return new DropBody(
        drop.id(),
        drop.name(),
        drop.status(now),
        drop.opensAt(),
        drop.closesAt(),
        drop.maxPerUser(),
        products,
        line,
        now,
        version);
  }

  EntityTag tag() {
    return new EntityTag(version);
  }
}
