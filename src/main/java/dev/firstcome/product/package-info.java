@NullMarked
package dev.firstcome.product;

import org.jspecify.annotations.NullMarked;
