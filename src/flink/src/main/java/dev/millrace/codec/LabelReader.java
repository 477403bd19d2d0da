package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.Limits;
import dev.millrace.data.Task;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.util.Utf8;

/** Turns what a record calls its label into a class or a regression target. Not thread-safe. */
final class LabelReader {
  private final Task task;
  private final Set<String> declared;
  private final boolean numbersAreClasses;
  private final TextCache texts = new TextCache();

  LabelReader(InputSpec spec) {
    task = spec.task();
    declared = new HashSet<>(spec.classes());
    numbersAreClasses = !declared.isEmpty() || (task != null && task.isClassification());
  }

  /** A label that is a text. */
  void text(Example example, Utf8 value) throws RefusedException {
    int length = value.getByteLength();
    if (length > Limits.MAX_CLASS_BYTES) {
      throw new RefusedException(
          DeadLetterReason.INVALID_LABEL,
          "the label has "
              + length
              + " bytes; the name of a class has at most "
              + Limits.MAX_CLASS_BYTES);
    }
    String label = texts.get(value.getBytes(), length);
    if (label == null) {
      throw new RefusedException(DeadLetterReason.INVALID_LABEL, "the label is not UTF-8");
    }
    accept(example, label);
  }

  /** A label that is a number: a target, or the name of a class where the task has classes. */
  void number(Example example, double value) throws RefusedException {
    requireFloat(value);
    if (numbersAreClasses) {
      accept(example, NumberText.ofDouble(value));
    } else {
      target(example, value);
    }
  }

  /** The same, where digits that no double has may tell classes apart. */
  void number(Example example, Number value) throws RefusedException {
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

  private static void requireFloat(double value) throws RefusedException {
    // Beyond a float's range its square is no double, and the target's statistics end there.
    if (!(Math.abs(value) <= Float.MAX_VALUE)) {
      throw new RefusedException(
          DeadLetterReason.INVALID_LABEL,
          "the label is " + value + "; it must be finite and fit a 32-bit float");
    }
  }

  private void accept(Example example, String label) throws RefusedException {
    if (task == Task.REGRESSION) {
      throw new RefusedException(
          DeadLetterReason.INVALID_LABEL, "the label is the text \"" + label + "\", not a number");
    }
    if (label.isEmpty()) {
      throw new RefusedException(DeadLetterReason.MISSING_LABEL, "the label is empty");
    }
    if (!declared.isEmpty() && !declared.contains(label)) {
      throw new RefusedException(
          DeadLetterReason.UNKNOWN_CLASS,
          "the label \"" + label + "\" is not among the declared classes");
    }
    example.label = label;
  }

  /** No label. */
  static RefusedException missing() {
    return new RefusedException(DeadLetterReason.MISSING_LABEL, "the record has no label");
  }
}
