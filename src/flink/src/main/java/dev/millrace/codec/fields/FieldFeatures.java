package dev.millrace.codec.fields;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;

/** Reads the features of records whose fields have names. Not thread-safe. */
public interface FieldFeatures {
  /** Returns true if a record has any of the features. */
  boolean hasAny(RecordFields fields);

  /** Reads all features of a record. */
  void read(RecordFields fields, Example into) throws RejectedException;
}
