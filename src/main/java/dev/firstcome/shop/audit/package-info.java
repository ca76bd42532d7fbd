/**
 * Administrative changes: each happens once for its key, and leaves who did what and why.
 *
 * <p>The promise: the same key and request have one effect and one answer, on any number of
 * instances and after any crash; a change and its audit rows are one transaction; no audit row is
 * ever changed. {@code admin_requests_pkey} and the trigger {@code audit_append_only} enforce.
 * Proved in {@code AdminWritesIT} and {@code AdminWalkIT}.
 *
 * <p>A handler makes an {@link dev.firstcome.shop.audit.AdminRequest}, and its room the change
 * inside {@link dev.firstcome.shop.audit.AdminWrites#once}. The name's row is locked before any
 * other.
 *
 * <p>Knows the house only. Every room with an administrative write knows this one.
 */
@NullMarked
package dev.firstcome.shop.audit;

import org.jspecify.annotations.NullMarked;
