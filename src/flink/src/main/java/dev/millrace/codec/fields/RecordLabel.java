package dev.millrace.codec.fields;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;

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

  /**
   * Returns the reader of a pipeline's labels.
   *
   * @param hasPaths true if dots in names reach into nested records
   * @param texts of keys and classes of the same thread
   */
  static RecordLabel of(InputSpec spec, boolean hasPaths, TextCache texts) {
    if (!spec.targets().isEmpty()) {
      return new TargetFields(spec.targets(), hasPaths, texts);
    }
    String[] path = RecordFields.path(spec.label(), hasPaths);
    return spec.task() == Task.MULTILABEL
        ? new LabelSetField(path, new LabelSetReader(spec, texts))
        : new LabelField(path, new LabelReader(spec, texts), false);
  }
}
