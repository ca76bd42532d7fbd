package dev.firstcome.shop.point;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * A row of {@code point_entries}, as Spring Data reads it.
 *
 * @param seq grows with every entry; the entries of one user are in the order of their effect
 */
@Table("point_entries")
record PointRow(
    @Id UUID id,
    long seq,
    PointEntry.Type type,
    long amount,
    long balanceAfter,
    @Nullable UUID orderId,
    Instant createdAt) {}
