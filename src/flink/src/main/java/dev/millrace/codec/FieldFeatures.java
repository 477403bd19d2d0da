package dev.millrace.codec;

import dev.millrace.data.Example;

/** Reads the features of records whose fields have names. Not thread-safe. */
sealed interface FieldFeatures permits MappedFeatures, UndeclaredFeatures {
  /** Returns true if a record has any of the features. */
  boolean hasAny(MappedExampleReader.Fields fields);

  /** Reads all features of a record. */
  void read(MappedExampleReader.Fields fields, Example into) throws RejectedException;
}
