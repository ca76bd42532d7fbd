@NullMarked
package dev.firstcome.demo.page;

import org.jspecify.annotations.NullMarked;
