@NullMarked
package dev.firstcome.webhook;

import org.jspecify.annotations.NullMarked;
