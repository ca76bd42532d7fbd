@NullMarked
package dev.firstcome.web;

import org.jspecify.annotations.NullMarked;
