@NullMarked
package dev.firstcome.page;

import org.jspecify.annotations.NullMarked;
