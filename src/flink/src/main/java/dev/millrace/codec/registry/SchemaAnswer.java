package dev.millrace.codec.registry;

import org.apache.avro.Schema;

/** What a schema registry said. */
public sealed interface SchemaAnswer {

  /**
   * A schema.
   *
   * @param id that records name it by
   */
  record Found(int id, Schema schema) implements SchemaAnswer {}

  /**
   * There is no schema that could be used.
   *
   * @param why in words that can end a sentence
   */
  record Absent(String why) implements SchemaAnswer {}

  /**
   * The registry answers for other ids, but not for this one, however often it is asked.
   *
   * @param why in words that can end a sentence
   */
  record Unavailable(String why) implements SchemaAnswer {}
}
