@NullMarked
package dev.firstcome.http.dispatch;

import org.jspecify.annotations.NullMarked;
