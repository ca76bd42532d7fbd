/**
 * What every request passes on its way in and out: bodies, ids, cursors, keys, answers, limits of
 * time and size. Knows {@code problem} and {@code security} only.
 */
@NullMarked
package dev.firstcome.web;

import org.jspecify.annotations.NullMarked;
