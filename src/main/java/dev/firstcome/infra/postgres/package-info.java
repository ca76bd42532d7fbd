/**
 * PostgreSQL, the truth: sessions, transactions, migrations, and what its failures mean.
 *
 * <p>The promise: a value leaves a transaction only after its commit, every statement has a time
 * limit, and pools, locks and idle transactions have one too. Knows {@code batch} for the kinds of
 * failure, and no room of the shop.
 */
@NullMarked
package dev.firstcome.infra.postgres;

import org.jspecify.annotations.NullMarked;
