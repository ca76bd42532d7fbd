/**
 * What every request passes on its way in and out: filters, routes, ids, cursors, keys and answers.
 * Knows {@code problem} and {@code security} only.
 */
@NullMarked
package dev.firstcome.http.dispatch;

import org.jspecify.annotations.NullMarked;
