package dev.millrace.codec.fields;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;
import org.apache.avro.util.Utf8;

/** Reads a label that is a text or a number. */
public interface LabelValues {

  /** Reads a label that is a text. */
  void text(Example example, Utf8 value) throws RejectedException;

  /** Reads a label that is a number. */
  void number(Example example, double value) throws RejectedException;
}
