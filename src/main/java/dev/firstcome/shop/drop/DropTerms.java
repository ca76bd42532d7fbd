package dev.firstcome.shop.drop;

import java.time.Instant;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All that administrators decide of a drop: what the audit has before and after a change. */
record DropTerms(
    String name,
    SortedSet<Long> productIds,
    Instant opensAt,
    @Nullable Instant closesAt,
    @Nullable Long maxPerUser,
    boolean paused,
    @Nullable LineTerms line) {

  static DropTerms of(Drop drop, Collection<Long> productIds) {
    return new DropTerms(
        drop.name(),
        new TreeSet<>(productIds),
        drop.opensAt(),
        drop.closesAt(),
        drop.maxPerUser(),
        drop.paused(),
        drop.line());
  }
}
