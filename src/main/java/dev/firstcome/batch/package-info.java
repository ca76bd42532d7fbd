@NullMarked
package dev.firstcome.batch;

import org.jspecify.annotations.NullMarked;
