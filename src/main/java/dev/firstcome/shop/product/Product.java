package dev.firstcome.shop.product;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.firstcome.http.dispatch.EntityTag;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that is sold, as one statement read it.
 *
 * @param price in won
 * @param maxPerUser units that one user may have in paid and unpaid orders; null: no limit
 * @param dropId the drop that binds it; null: none
 * @param stock units that were left at that moment
 * @param version which change of an administrator's made it what it is; shown as its ETag
 */
public record Product(
    long id,
    String name,
    String description,
    long price,
    long stock,
    boolean onSale,
    @Nullable Long maxPerUser,
    @Nullable Long dropId,
    Instant createdAt,
    @JsonIgnore long version) {

  EntityTag tag() {
    return new EntityTag(version);
  }
}
