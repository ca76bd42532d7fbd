/**
 * Webhooks: tells an external platform of events, as Standard Webhooks lays down, and lets
 * administrators see how each fared.
 *
 * <p>The promise: an event whose transaction has committed arrives at least once, each time under
 * the same {@code webhook-id} and with a good signature, also across restarts of the shop and
 * outages of the platform up to {@code firstcome.events.give-up-after}; what does not arrive is
 * marked dead, never lost. No database connection, transaction or lock is held while the platform
 * thinks, so it slows down nobody. What is connected to is a public address, unless allowed
 * otherwise. Proved in {@code PlatformIT}, {@code PlatformCrashIT}, {@code RetriesTest} and {@code
 * AddressesTest}.
 *
 * <p>Knows {@code outbox}, {@code batch}, {@code database}, {@code web} and {@code problem}; no
 * room of the shop. The room with something to tell brings its data.
 */
@NullMarked
package dev.firstcome.engine.webhook;

import org.jspecify.annotations.NullMarked;
