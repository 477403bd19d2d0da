package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.InputSpec.DefaultLabel;
import dev.millrace.data.InputSpec.LateLabels;
import dev.millrace.data.Task;
import java.util.List;
import java.util.Objects;
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

  /**
   * @param in options of the input
   * @param examples topic of the features
   * @param standard whether the records have the standard example schema
   */
  LabelsReader(OptionReader in, String examples, boolean standard) {
    this.in = in;
    this.examples = examples;
    this.standard = standard;
  }

  /** Returns the field with the id of an example, null if there is none. */
  @Nullable String id() {
    boolean implied = standard && in.has(InputOptions.LABELS) && !in.has(InputOptions.ID);
    return implied ? STANDARD_ID : in.given(InputOptions.ID);
  }

  /**
   * Reads the options; returns null if labels are in the records of their features.
   *
   * @param task null if it is not known
   * @param classes declared ones
   */
  @Nullable LateLabels read(@Nullable Task task, List<String> classes) {
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
    boolean ownTopic = !examples.equals(topic);
    if (!ownTopic) {
      rejectFields(labels);
    } else if (standard) {
      requireName(labels, InputOptions.LABELS_ID, STANDARD_ID);
      requireName(labels, InputOptions.LABELS_KEY, STANDARD_KEY);
    }
    String label = or(labels.given(InputOptions.LABELS_LABEL), in.given(InputOptions.LABEL));
    rejectLabel(labels, InputOptions.LABELS_ID, label);
    rejectLabel(labels, InputOptions.LABELS_KEY, label);
    return new LateLabels(
        ownTopic ? topic : null,
        Objects.requireNonNullElse(or(labels.given(InputOptions.LABELS_ID), id()), MISSING),
        or(labels.given(InputOptions.LABELS_KEY), in.given(InputOptions.KEY)),
        Objects.requireNonNullElse(label, MISSING),
        labels.get(InputOptions.LABELS_TIMEOUT),
        labels.get(InputOptions.LABELS_MAX_PENDING),
        onTimeout(labels, task, classes));
  }

  private @Nullable DefaultLabel onTimeout(
      OptionReader labels, @Nullable Task task, List<String> classes) {
    if (!labels.has(InputOptions.LABELS_ON_TIMEOUT)) {
      return null;
    }
    OptionReader onTimeout =
        labels.below(InputOptions.LABELS_ON_TIMEOUT, InputOptions.ON_TIMEOUT_GROUP);
    String label = onTimeout.given(InputOptions.ON_TIMEOUT_LABEL);
    if (label == null) {
      return null; // an error already
    }
    if (task == Task.REGRESSION) {
      double number = OptionTypes.number(label);
      if (Double.isNaN(number)) {
        onTimeout.reject(
            InputOptions.ON_TIMEOUT_LABEL,
            "must be a number for regression, but was " + YamlNode.Scalar.quote(label));
      }
      return new DefaultLabel(null, number);
    }
    String positive = in.given(InputOptions.POSITIVE_CLASS);
    if (!classes.isEmpty() && !classes.contains(label)) {
      onTimeout.reject(
          InputOptions.ON_TIMEOUT_LABEL,
          "must be one of input.classes ("
              + String.join(", ", classes)
              + "), but was "
              + YamlNode.Scalar.quote(label));
    } else if (classes.isEmpty() && (positive == null || positive.equals(label))) {
      onTimeout.reject(
          InputOptions.ON_TIMEOUT_LABEL,
          "needs input.classes; for a number, input.task: regression");
    }
    return new DefaultLabel(label, Double.NaN);
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

  private static void rejectLabel(
      OptionReader labels, Option<String> option, @Nullable String label) {
    if (label != null && label.equals(labels.given(option))) {
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
