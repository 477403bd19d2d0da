package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads {@code input.labels}: delayed labels. */
final class LabelsReader {
  /** Field of the standard schema with the id of the example. */
  static final String STANDARD_ID = "event_id";

  // In place of a name that is missing, which is an error already.
  private static final String MISSING = "";

  private static final String STANDARD_KEY = "key";

  private final OptionReader in;
  private final String examples;
  private final boolean standard;
  private final ClassesReader classes;

  /**
   * @param in options of the input
   * @param examples topic of the features
   * @param standard whether the records have the standard example schema
   * @param classes of the one label
   */
  LabelsReader(OptionReader in, String examples, boolean standard, ClassesReader classes) {
    this.in = in;
    this.examples = examples;
    this.standard = standard;
    this.classes = classes;
  }

  /** Returns the field with the id of an example, null if there is none. */
  @Nullable String id() {
    boolean implied = standard && in.has(InputOptions.LABELS) && !in.has(InputOptions.ID);
    return implied ? STANDARD_ID : in.given(InputOptions.ID);
  }

  /** Reads the options; returns null if labels are in the records of their features. */
  @Nullable LateLabels read() {
    if (!in.has(InputOptions.LABELS)) {
      return null;
    }
    OptionReader labels = in.below(InputOptions.LABELS, InputOptions.LABELS_GROUP);
    if (id() == null) {
      in.reject(
          InputOptions.LABELS,
          "needs input.id, the field that joins a label to its features. Add it");
    }
    String topic = labels.given(InputOptions.LABELS_TOPIC);
    boolean hasTopic = !examples.equals(topic);
    if (!hasTopic) {
      rejectFields(labels);
    } else if (standard) {
      requireName(labels, InputOptions.LABELS_ID, STANDARD_ID);
      requireName(labels, InputOptions.LABELS_KEY, STANDARD_KEY);
    }
    if (hasTopic && in.mentions(InputOptions.TARGETS) && labels.has(InputOptions.LABELS_LABEL)) {
      labels.reject(
          InputOptions.LABELS_LABEL,
          "has no effect with input.targets: a label's record has the fields of the targets. Remove"
              + " it");
    }
    String label = or(labels.given(InputOptions.LABELS_LABEL), in.given(InputOptions.LABEL));
    List<String> fields =
        label == null || in.mentions(InputOptions.TARGETS)
            ? TargetsReader.labelFields(in)
            : List.of(label);
    rejectLabels(labels, fields);
    return labels.read(
        new LateLabels(
            hasTopic ? topic : null,
            Objects.requireNonNullElse(id(), MISSING),
            in.given(InputOptions.KEY),
            Objects.requireNonNullElse(label, MISSING),
            0,
            0,
            onTimeout(labels)));
  }

  private @Nullable DefaultLabel onTimeout(OptionReader labels) {
    if (!labels.has(InputOptions.LABELS_ON_TIMEOUT)) {
      return null;
    }
    OptionReader onTimeout =
        labels.below(InputOptions.LABELS_ON_TIMEOUT, InputOptions.ON_TIMEOUT_GROUP);
    String label = onTimeout.given(InputOptions.ON_TIMEOUT_LABEL);
    if (label == null) {
      return null; // an error already
    }
    Consumer<String> errors = text -> onTimeout.reject(InputOptions.ON_TIMEOUT_LABEL, text);
    if (in.given(InputOptions.TASK) == Task.MULTILABEL) {
      if (!label.isEmpty()) {
        errors.accept(
            "must be \"\", the empty set, with task: multilabel, but was "
                + YamlNode.Scalar.quote(label));
      }
      return new DefaultLabel(OutputLabels.ofSet(List.of()), Double.NaN);
    }
    if (label.isEmpty()) {
      errors.accept("must be " + InputOptions.ON_TIMEOUT_LABEL.type().allowed() + ", but was \"\"");
      return null;
    }
    return in.mentions(InputOptions.TARGETS)
        ? new DefaultLabel(label, Double.NaN) // each target checks it
        : classes.defaultLabel(label, errors);
  }

  private static void rejectFields(OptionReader labels) {
    List<Option<String>> fields =
        List.of(InputOptions.LABELS_ID, InputOptions.LABELS_KEY, InputOptions.LABELS_LABEL);
    for (Option<String> field : fields) {
      if (labels.has(field)) {
        labels.reject(
            field,
            "has no effect if labels are on the topic of the features. Remove it, or set their own"
                + " topic");
      }
    }
  }

  private static void rejectLabels(OptionReader labels, List<String> fields) {
    for (String field : fields) {
      rejectLabel(labels, InputOptions.LABELS_ID, field);
      rejectLabel(labels, InputOptions.LABELS_KEY, field);
    }
  }

  private static void rejectLabel(OptionReader labels, Option<String> option, String label) {
    if (label.equals(labels.given(option))) {
      labels.reject(
          option,
          "must be another field than the label, but both are " + YamlNode.Scalar.quote(label));
    }
  }

  private static void requireName(OptionReader labels, Option<String> option, String name) {
    String given = labels.given(option);
    if (given != null && !given.equals(name)) {
      labels.reject(option, "must be " + name + " with the standard example schema. Leave it out");
    }
  }

  private static @Nullable String or(@Nullable String given, @Nullable String otherwise) {
    return given == null ? otherwise : given;
  }
}
