@NullMarked
package dev.firstcome.http.sse;

import org.jspecify.annotations.NullMarked;
