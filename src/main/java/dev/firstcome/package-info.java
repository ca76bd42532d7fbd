/** Firstcome: first come, first served, and never twice. The rooms are listed in the README. */
@NullMarked
package dev.firstcome;

import org.jspecify.annotations.NullMarked;
