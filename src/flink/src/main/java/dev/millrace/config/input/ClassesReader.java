package dev.millrace.config.input;

import dev.millrace.codec.text.CsvText;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads and checks the task and the classes of a label: that of the input, or a target. */
final class ClassesReader {
  private final OptionReader in;
  private final Option<Task> taskOption;
  private final Option<List<String>> classesOption;
  private final Option<String> positiveOption;

  private ClassesReader(
      OptionReader in, Option<Task> task, Option<List<String>> classes, Option<String> positive) {
    this.in = in;
    this.taskOption = task;
    this.classesOption = classes;
    this.positiveOption = positive;
  }

  /** Returns a reader of the options of the input. */
  static ClassesReader ofInput(OptionReader in) {
    return new ClassesReader(
        in, InputOptions.TASK, InputOptions.CLASSES, InputOptions.POSITIVE_CLASS);
  }

  /** Returns a reader of the options of a target. */
  static ClassesReader ofTarget(OptionReader target) {
    return new ClassesReader(
        target,
        InputOptions.TARGET_TASK,
        InputOptions.TARGET_CLASSES,
        InputOptions.TARGET_POSITIVE_CLASS);
  }

  /** Returns the declared classes; empty for none. */
  List<String> declared() {
    return in.get(classesOption);
  }

  /** Returns the positive class, null for none. */
  @Nullable String positive() {
    return in.given(positiveOption);
  }

  /** Returns the declared task, or the one that follows from the classes; null if unknown. */
  @Nullable Task task(List<String> classes) {
    Task declared = in.given(taskOption);
    if (declared != null) {
      return declared;
    }
    if (!classes.isEmpty()) {
      return classes.size() == 2 ? Task.BINARY : Task.MULTICLASS;
    }
    return in.has(positiveOption) ? Task.BINARY : null;
  }

  /** Returns the declared classes, or else a default label and the positive class. */
  List<String> withImplied(@Nullable DefaultLabel onTimeout) {
    List<String> declared = declared();
    String positive = positive();
    return declared.isEmpty() && onTimeout != null && onTimeout.label() != null && positive != null
        ? List.of(onTimeout.label(), positive)
        : declared;
  }

  /**
   * Returns the label of features whose own label does not come in time.
   *
   * @param errors receives what is wrong with the label
   */
  DefaultLabel defaultLabel(String label, Consumer<String> errors) {
    List<String> classes = declared();
    if (task(classes) == Task.REGRESSION) {
      double number = OptionTypes.number(label);
      if (Double.isNaN(number)) {
        errors.accept("must be a number for regression, but was " + Scalar.quote(label));
      }
      return new DefaultLabel(null, number);
    }
    if (!classes.isEmpty() && !classes.contains(label)) {
      errors.accept(notAmong(classes, label));
    } else if (classes.isEmpty() && (positive() == null || label.equals(positive()))) {
      errors.accept(
          "needs %s; for a number, %s: regression"
              .formatted(in.name(classesOption), in.name(taskOption)));
    }
    return new DefaultLabel(label, Double.NaN);
  }

  /** Returns an error message for a label that is not declared. */
  String notAmong(List<String> classes, String label) {
    return "must be one of %s (%s), but was %s"
        .formatted(in.name(classesOption), String.join(", ", classes), Scalar.quote(label));
  }

  /** Checks the classes, which may be {@link #withImplied implied} ones. */
  void check(List<String> classes, Limits limit, InputSpec.Format format) {
    Task task = in.given(taskOption);
    if (task == Task.REGRESSION) {
      for (Option<?> option : List.of(classesOption, positiveOption)) {
        if (in.has(option)) {
          in.reject(
              option, "has no effect for regression. Remove it, or change " + in.name(taskOption));
        }
      }
      return;
    }
    checkPositive(task, classes);
    if (task == Task.BINARY && !classes.isEmpty() && classes.size() != 2) {
      in.reject(
          classesOption,
          "must be 2 for task binary, but are " + classes.size() + ". Is the task multiclass?");
    }
    checkNames(classes, limit, format);
  }

  private void checkPositive(@Nullable Task task, List<String> classes) {
    String positive = positive();
    if (positive == null) {
      return;
    }
    if (task == Task.MULTILABEL) {
      in.reject(
          positiveOption,
          "applies only to one label of two classes, but the task is multilabel, where the label"
              + " that is in the set is positive. Remove it");
    } else if (task == Task.MULTICLASS || classes.size() > 2) {
      in.reject(
          positiveOption, "applies only to two classes, but the task is multiclass. Remove it");
    } else if (!classes.isEmpty() && !classes.contains(positive)) {
      in.reject(positiveOption, notAmong(classes, positive));
    }
  }

  private void checkNames(List<String> classes, Limits limit, InputSpec.Format format) {
    if (format == InputSpec.Format.CSV) {
      rejectFirst(
          classes,
          CsvText::isMissing,
          "has %s, which means a missing value in a CSV line. Use another name, or send"
              + " format: json");
    }
    rejectFirst(
        classes,
        name -> name.getBytes(StandardCharsets.UTF_8).length > Limits.MAX_CLASS_BYTES,
        "must have at most " + Limits.MAX_CLASS_BYTES + " bytes each, but %s has more");
    if (classes.size() > limit.classes()) {
      in.reject(
          classesOption,
          "must be at most limits.classes, "
              + limit.classes()
              + ", but are "
              + classes.size()
              + ". Increase limits.classes");
    }
  }

  /** Rejects classes whose names cannot be among those of several outputs. */
  void checkOutputNames(List<String> classes) {
    rejectFirst(
        classes,
        name -> name.chars().anyMatch(Character::isISOControl),
        "must have no control characters, but %s has one. Use another name");
  }

  private void rejectFirst(List<String> classes, Predicate<String> isWrong, String text) {
    classes.stream()
        .filter(isWrong)
        .findFirst()
        .ifPresent(name -> in.reject(classesOption, text.formatted(Scalar.quote(name))));
  }
}
