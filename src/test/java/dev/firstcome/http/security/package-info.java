@NullMarked
package dev.firstcome.http.security;

import org.jspecify.annotations.NullMarked;
