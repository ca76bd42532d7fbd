package dev.firstcome.http.json;

/**
 * A request record that knows its own limits. {@link RequestBody#read} asks every record of the
 * body, the nested ones too; the field names that a record gives are relative to itself.
 */
public interface SelfValidating {

  void validate(Violations checks);
}
