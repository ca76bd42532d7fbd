package dev.firstcome.dev;

import java.util.Map;

/**
 * A server that this JVM uses.
 *
 * @param label for people, such as {@code embedded Redis 6.2.11 on 127.0.0.1:6390}
 * @param properties what Spring has to know; nothing if it knows already
 */
record Server(String label, Map<String, Object> properties) {}
