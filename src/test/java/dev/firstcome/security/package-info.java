@NullMarked
package dev.firstcome.security;

import org.jspecify.annotations.NullMarked;
