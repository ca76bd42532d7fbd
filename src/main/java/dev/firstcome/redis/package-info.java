@NullMarked
package dev.firstcome.redis;

import org.jspecify.annotations.NullMarked;
