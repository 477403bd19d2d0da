package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.Limits;
import dev.millrace.data.Task;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Reads labels as classes or regression targets. Not thread-safe. */
final class LabelReader {
  private final @Nullable Task task;
  private final Set<String> declared;
  private final boolean numbersAreClasses;
  private final TextCache texts = new TextCache();

  LabelReader(InputSpec spec) {
    task = spec.task();
    declared = new HashSet<>(spec.classes());
    numbersAreClasses = !declared.isEmpty() || (task != null && task.isClassification());
  }

  /** Returns true if labels are regression targets. */
  boolean areNumbers() {
    return task == Task.REGRESSION;
  }

  /** Reads a label that is a text. */
  void text(Example example, Utf8 value) throws RejectedException {
    int length = value.getByteLength();
    if (length > Limits.MAX_CLASS_BYTES) {
      throw new RejectedException(
          DeadLetterReason.INVALID_LABEL,
          "the label has "
              + length
              + " bytes; the name of a class has at most "
              + Limits.MAX_CLASS_BYTES);
    }
    String label = texts.get(value.getBytes(), length);
    if (label == null) {
      throw new RejectedException(DeadLetterReason.INVALID_LABEL, "the label is not UTF-8");
    }
    accept(example, label);
  }

  /** Reads a label that is a number: a regression target, or the name of a class. */
  void number(Example example, double value) throws RejectedException {
    requireFloat(value);
    if (numbersAreClasses) {
      accept(example, NumberText.ofDouble(value));
    } else {
      target(example, value);
    }
  }

  /** Reads a label with all digits of the number, which may distinguish classes. */
  void number(Example example, Number value) throws RejectedException {
    requireFloat(value.doubleValue());
    if (numbersAreClasses) {
      accept(example, NumberText.of(value));
    } else {
      target(example, value.doubleValue());
    }
  }

  private static void target(Example example, double value) {
    example.label = null;
    example.target = value;
  }

  private static void requireFloat(double value) throws RejectedException {
    // The square of a larger number overflows a double, and with it the statistics of the target.
    if (!(Math.abs(value) <= Float.MAX_VALUE)) {
      throw new RejectedException(
          DeadLetterReason.INVALID_LABEL,
          "the label is " + value + "; it must be finite and fit a 32-bit float");
    }
  }

  private void accept(Example example, String label) throws RejectedException {
    if (task == Task.REGRESSION) {
      throw new RejectedException(
          DeadLetterReason.INVALID_LABEL, "the label is the text \"" + label + "\", not a number");
    }
    if (label.isEmpty()) {
      throw new RejectedException(DeadLetterReason.MISSING_LABEL, "the label is empty");
    }
    if (!declared.isEmpty() && !declared.contains(label)) {
      throw new RejectedException(
          DeadLetterReason.UNKNOWN_CLASS,
          "the label \"" + label + "\" is not among the declared classes");
    }
    example.label = label;
  }

  /** Returns the rejection of a record without label. */
  static RejectedException missing() {
    return new RejectedException(DeadLetterReason.MISSING_LABEL, "the record has no label");
  }
}
