@NullMarked
package dev.firstcome.stock;

import org.jspecify.annotations.NullMarked;
