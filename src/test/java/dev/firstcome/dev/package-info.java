/**
 * Real servers for the tests and for {@code spring-boot:test-run}, and what a developer needs
 * beside them: demo data, tokens, a place to begin. Test code: none of it is in the jar.
 *
 * <p>The promise: nothing to install, and nothing left behind. Proved in {@code WorkFolderTest} and
 * {@code ServersIT}.
 */
@NullMarked
package dev.firstcome.dev;

import org.jspecify.annotations.NullMarked;
