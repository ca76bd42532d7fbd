package dev.firstcome.web;

/**
 * A request record that knows its own limits. {@link Body#read} asks every record of the body, the
 * nested ones too; the field names that a record gives are relative to itself.
 */
public interface Valid {

  void validate(Checks checks);
}
