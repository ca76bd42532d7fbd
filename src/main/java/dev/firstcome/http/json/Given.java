package dev.firstcome.http.json;

import org.jspecify.annotations.Nullable;

/**
 * A member of a change that may be cleared: null as a component if the member is absent, and with a
 * null value if the member is {@code null}.
 */
public record Given<T>(@Nullable T value) {}
