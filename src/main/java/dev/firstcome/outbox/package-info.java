/**
 * The outbox: what is to happen after a commit, written in the same transaction, and the relay that
 * sees to it.
 */
@NullMarked
package dev.firstcome.outbox;

import org.jspecify.annotations.NullMarked;
