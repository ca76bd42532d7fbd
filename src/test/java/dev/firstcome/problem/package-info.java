@NullMarked
package dev.firstcome.problem;

import org.jspecify.annotations.NullMarked;
