@NullMarked
package dev.firstcome.database;

import org.jspecify.annotations.NullMarked;
