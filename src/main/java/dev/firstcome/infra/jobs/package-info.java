/**
 * What an instance does without being asked: periodic jobs, woken by commits and by a timer, and
 * background work that no reply waits for.
 *
 * <p>The promise: a job never runs twice at once in one process, pauses longer while it fails, and
 * a shutdown lets what has begun end. Proved in {@code PeriodicJobTest} and {@code BackgroundTest}.
 */
@NullMarked
package dev.firstcome.infra.jobs;

import org.jspecify.annotations.NullMarked;
