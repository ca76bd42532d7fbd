/**
 * Verifies bearer tokens and leaves the {@link dev.firstcome.http.security.Caller}. A path that
 * nobody classified as open needs a token. Knows {@code problem} only.
 */
@NullMarked
package dev.firstcome.http.security;

import org.jspecify.annotations.NullMarked;
