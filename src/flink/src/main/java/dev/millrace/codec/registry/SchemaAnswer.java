package dev.millrace.codec.registry;

import org.apache.avro.Schema;

/** The answer of a schema registry. */
public sealed interface SchemaAnswer {

  /**
   * A schema.
   *
   * @param id id in records
   */
  record Found(int id, Schema schema) implements SchemaAnswer {}

  /**
   * There is no usable schema.
   *
   * @param reason words that can end a sentence
   */
  record Absent(String reason) implements SchemaAnswer {}

  /**
   * The registry answers for other ids, but not for this one.
   *
   * @param reason words that can end a sentence
   */
  record Unavailable(String reason) implements SchemaAnswer {}
}
