@NullMarked
package dev.firstcome.stream;

import org.jspecify.annotations.NullMarked;
