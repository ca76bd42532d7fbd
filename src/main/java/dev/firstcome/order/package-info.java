@NullMarked
package dev.firstcome.order;

import org.jspecify.annotations.NullMarked;
