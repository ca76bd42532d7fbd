/**
 * The best sellers of the last 72 hours.
 *
 * <p>The promise: each payment and each refund is counted once, in the minute of the payment, and
 * shows within about two seconds; reading costs the same whatever the catalogue; Redis may lose
 * everything at any moment. Decided in {@code 0004-best-sellers.md}, proved in {@code RankingIT}.
 *
 * <p>Knows the outbox's payment events, and of products their names and prices.
 */
@NullMarked
package dev.firstcome.shop.ranking;

import org.jspecify.annotations.NullMarked;
