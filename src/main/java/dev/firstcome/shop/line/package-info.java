/**
 * The line in front of a drop: who may order, and when.
 *
 * <p>The promise: one user has one ticket; those from before the opening are numbered by a shuffle
 * that anybody can recompute, later ones as they are committed; numbers begin with 1 and have no
 * gaps; the cursor that admits never goes back; nobody orders without an open admission.
 *
 * <p>Whatever gives or moves a number holds the row of the line. So numbers are given in the order
 * of commits, and it does not matter which instance moves the cursor, or that two try. The shuffle
 * numbers tickets that nothing else numbers, some thousands a step and the first of them first, so
 * that admission begins at once; it holds their rows and not the line's, so those who come
 * meanwhile are numbered behind them at once. The key is in PostgreSQL alone, which computes each
 * ticket's lot by it: whoever could read the lots could read the key. An order locks its user's
 * ticket, and reads the line's terms under the lock of the stock, which a change of them takes
 * first. {@code tickets_pkey}, {@code tickets_one_per_number}, {@code drop_lines_only_forward} and
 * {@code order_items_admitted} enforce it, also against instances that know of no line. Redis has
 * no part in it. Proved in {@code LineIT}, {@code JoiningTest} and {@code AdmittingTest}.
 *
 * <p>Knows drop, the lanes and the house; order asks it.
 */
@NullMarked
package dev.firstcome.shop.line;

import org.jspecify.annotations.NullMarked;
