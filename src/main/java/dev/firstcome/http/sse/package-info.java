/**
 * Server-sent events: what changes, shown to any number of people at the price of one look.
 *
 * <p>The promise: each thing that is watched is read and encoded once in a period, however many
 * watch it. A client hears the newest state and nothing that is out of date: it has one event under
 * way at the most, and while that one has not left nothing queues behind it. Clients and things
 * watched are bounded; a client that takes nothing for too long is cut off; a shutdown ends every
 * stream. Decided in {@code 0014-streams-of-states.md}, proved in {@code StreamIT} and {@code
 * WatcherTest}.
 *
 * <p>Knows {@code batch}, {@code problem} and {@code web}.
 */
@NullMarked
package dev.firstcome.http.sse;

import org.jspecify.annotations.NullMarked;
