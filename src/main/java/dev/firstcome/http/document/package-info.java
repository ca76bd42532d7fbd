/**
 * The API's document and the pages that show it. What is written by hand is {@code
 * docs/openapi.json}; {@link dev.firstcome.http.document.OpenApi} adds what follows from it, so
 * that a refusal's text stands in the message bundles and nowhere else. Proved in {@code
 * ApiDocumentIT} and {@code OpenApiTest}.
 */
@NullMarked
package dev.firstcome.http.document;

import org.jspecify.annotations.NullMarked;
