@NullMarked
package dev.firstcome.http.admission;

import org.jspecify.annotations.NullMarked;
