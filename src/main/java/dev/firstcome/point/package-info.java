@NullMarked
package dev.firstcome.point;

import org.jspecify.annotations.NullMarked;
