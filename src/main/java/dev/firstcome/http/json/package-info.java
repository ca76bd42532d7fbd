/**
 * A strict reader of JSON into records: unknown members, wrong types, missing members and trailing
 * garbage are refused, naming the member. Proved in {@code RequestBodyTest}.
 */
@NullMarked
package dev.firstcome.http.json;

import org.jspecify.annotations.NullMarked;
