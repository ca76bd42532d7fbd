@NullMarked
package dev.firstcome.engine.webhook;

import org.jspecify.annotations.NullMarked;
