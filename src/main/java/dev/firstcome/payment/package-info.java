@NullMarked
package dev.firstcome.payment;

import org.jspecify.annotations.NullMarked;
