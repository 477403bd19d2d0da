package dev.millrace.codec.fields;

import dev.millrace.codec.text.NumberText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.Limits;
import dev.millrace.input.TargetSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Reads labels as classes or regression targets. Not thread-safe. */
public final class LabelReader implements LabelValues {
  private static final int MAX_SHOWN = 60;

  private final @Nullable Task task;
  private final Set<String> declared;
  private final boolean numbersAreClasses;
  // Names the target in messages, such as of "x"; empty for the one label of a record.
  private final String targetSuffix;
  private final TextCache texts;

  public LabelReader(InputSpec spec, TextCache texts) {
    this("", spec.task(), spec.classes(), texts);
  }

  /** Creates a reader of the labels of one of several targets. */
  public LabelReader(TargetSpec target, TextCache texts) {
    this(" of \"" + target.name() + '"', target.task(), target.classes(), texts);
  }

  private LabelReader(
      String targetSuffix, @Nullable Task task, List<String> classes, TextCache texts) {
    this.texts = texts;
    this.targetSuffix = targetSuffix;
    this.task = task;
    declared = new HashSet<>(classes);
    numbersAreClasses = !declared.isEmpty() || (task != null && task.isClassification());
  }

  /** Returns true if labels are regression targets. */
  boolean areNumbers() {
    return task == Task.REGRESSION;
  }

  @Override
  public void text(Example example, Utf8 value) throws RejectedException {
    int length = value.getByteLength();
    requireLength(targetSuffix, length);
    String label = texts.get(value.getBytes(), length);
    if (label == null) {
      throw notUtf8(targetSuffix);
    }
    accept(example, label);
  }

  /** Reads a label that is a number: a regression target, or the name of a class. */
  @Override
  public void number(Example example, double value) throws RejectedException {
    requireFloat(targetSuffix, value);
    if (numbersAreClasses) {
      accept(example, NumberText.ofDouble(value));
    } else {
      target(example, value);
    }
  }

  /** Reads a label with all digits of the number, which may distinguish classes. */
  public void number(Example example, Number value) throws RejectedException {
    requireFloat(targetSuffix, value.doubleValue());
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

  private void accept(Example example, String label) throws RejectedException {
    if (task == Task.REGRESSION) {
      throw invalid("is the text \"" + label + "\", not a number");
    }
    if (label.isEmpty()) {
      throw new RejectedException(DeadLetterReason.MISSING_LABEL, "the label is empty");
    }
    if (!targetSuffix.isEmpty()) {
      requireNoControl(targetSuffix, label);
    }
    if (!declared.isEmpty() && !declared.contains(label)) {
      throw unknown(label, targetSuffix);
    }
    example.label = label;
  }

  /** Returns the rejection of a record whose label has a problem. */
  RejectedException invalid(String problem) {
    return invalid(targetSuffix, problem);
  }

  private static RejectedException invalid(String targetSuffix, String problem) {
    return new RejectedException(
        DeadLetterReason.INVALID_LABEL, "the label" + targetSuffix + " " + problem);
  }

  /** Returns the rejection of a label that is not declared. */
  static RejectedException unknown(String label, String targetSuffix) {
    return new RejectedException(
        DeadLetterReason.UNKNOWN_CLASS,
        "the label \"" + label + "\"" + targetSuffix + " is not among the declared classes");
  }

  /** Returns the rejection of a label that is not UTF-8. */
  static RejectedException notUtf8(String targetSuffix) {
    return invalid(targetSuffix, "is not UTF-8");
  }

  /** Rejects a number that is no label. */
  static void requireFloat(String targetSuffix, double value) throws RejectedException {
    // The square of a larger number overflows a double, and with it the statistics of the target.
    if (!(Math.abs(value) <= Float.MAX_VALUE)) {
      throw invalid(targetSuffix, "is " + value + "; it must be finite and fit a 32-bit float");
    }
  }

  /** Rejects a name that is too long for a class. */
  static void requireLength(String targetSuffix, int bytes) throws RejectedException {
    if (bytes > Limits.MAX_CLASS_BYTES) {
      throw invalid(
          targetSuffix,
          "has " + bytes + " bytes; the name of a class has at most " + Limits.MAX_CLASS_BYTES);
    }
  }

  /** Rejects a name that cannot be among those of several outputs. */
  static void requireNoControl(String targetSuffix, String name) throws RejectedException {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        throw invalid(
            targetSuffix,
            "\"%s\" has a control character (U+%04X)"
                .formatted(Printable.line(name, MAX_SHOWN), (int) name.charAt(i)));
      }
    }
  }

  /** Returns the rejection of a record without label. */
  public static RejectedException missing() {
    return new RejectedException(DeadLetterReason.MISSING_LABEL, "the record has no label");
  }
}
