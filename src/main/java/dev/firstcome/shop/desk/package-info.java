/**
 * What the people who run the shop see and do: how the gates stand, the events, orders and what
 * became of a drop.
 *
 * <p>The promise: what is known is shown, also while Redis or PostgreSQL is away, and its age with
 * it; a report's units and orders are exact, and add up. Proved in {@code ReconciliationIT} and
 * {@code DropReportIT}.
 */
@NullMarked
package dev.firstcome.shop.desk;

import org.jspecify.annotations.NullMarked;
