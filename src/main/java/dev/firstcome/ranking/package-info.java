@NullMarked
package dev.firstcome.ranking;

import org.jspecify.annotations.NullMarked;
