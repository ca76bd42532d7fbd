@NullMarked
package dev.firstcome.limit;

import org.jspecify.annotations.NullMarked;
