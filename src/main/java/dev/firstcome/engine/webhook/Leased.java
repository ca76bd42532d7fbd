package dev.firstcome.engine.webhook;

import dev.firstcome.engine.outbox.OutboxEvent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that is this instance's for a while.
 *
 * @param until the end of the lease, to the microsecond: it names the lease, so that an instance
 *     that lost it no longer says how the event ended
 * @param attempts made since it was written or redelivered
 * @param failingFor the time since the first failure; null if there was none
 */
record Leased(OutboxEvent event, Instant until, int attempts, @Nullable Duration failingFor) {}
