/**
 * Batches with a way round one bad row.
 *
 * <p>The promise: one row that is poisoned, locked or against a constraint holds up no other row of
 * its job. It is set aside with a growing pause, counted ({@code firstcome.jobs.set.aside}), shown
 * ({@code GET /admin/set-aside}) and tried again. Proved in {@code RelayIT} and {@code WayRoundIT}.
 *
 * <p>Knows {@code infra} only. The jobs come to it.
 */
@NullMarked
package dev.firstcome.engine.batch;

import org.jspecify.annotations.NullMarked;
