@NullMarked
package dev.firstcome.cart;

import org.jspecify.annotations.NullMarked;
