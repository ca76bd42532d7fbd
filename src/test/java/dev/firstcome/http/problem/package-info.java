@NullMarked
package dev.firstcome.http.problem;

import org.jspecify.annotations.NullMarked;
