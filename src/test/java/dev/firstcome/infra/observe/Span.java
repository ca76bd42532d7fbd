package dev.firstcome.infra.observe;

import java.util.List;

/**
 * What a collector is told of a span; ids in hex.
 *
 * @param links the traces it is linked to
 */
record Span(String trace, String id, String parent, String name, List<String> links) {}
