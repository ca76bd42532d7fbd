/**
 * Who is asking: verifies bearer tokens and leaves the {@link dev.firstcome.security.Caller}. A
 * path that nobody classified as open needs a token. Knows {@code problem} only.
 */
@NullMarked
package dev.firstcome.security;

import org.jspecify.annotations.NullMarked;
