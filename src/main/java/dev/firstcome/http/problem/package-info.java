/**
 * The one door through which every refusal and every failure leaves, as RFC 9457 problem documents
 * in English or Korean. Knows no other room.
 */
@NullMarked
package dev.firstcome.http.problem;

import org.jspecify.annotations.NullMarked;
