package dev.millrace.codec.fields;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;

/** Reads the label of a record whose fields have names, whatever the form of the label. */
interface RecordLabel {

  /** Finds the label of a record; returns true if it has one. */
  boolean find(RecordFields fields);

  /**
   * Reads the label that was found last.
   *
   * @throws RejectedException if it is not valid, or none was found
   */
  void read(RecordFields fields, Example into) throws RejectedException;
}
