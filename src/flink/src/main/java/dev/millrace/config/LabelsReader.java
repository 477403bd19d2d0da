package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.InputSpec.DefaultLabel;
import dev.millrace.data.InputSpec.LateLabels;
import dev.millrace.data.Task;
import java.util.List;

/** Reads the {@code input.labels} part: how labels come that come later than their features. */
final class LabelsReader {
  /** The field of the standard schema that names the example. */
  static final String STANDARD_ID = "event_id";

  private static final String STANDARD_KEY = "key";

  private final OptionReader in;
  private final String examples;
  private final boolean standard;

  /**
   * @param in the input part
   * @param examples topic of the features
   * @param standard whether the records have the standard example schema
   */
  LabelsReader(OptionReader in, String examples, boolean standard) {
    this.in = in;
    this.examples = examples;
    this.standard = standard;
  }

  /** The field that names an example, or null. */
  String id() {
    boolean implied = standard && in.has(InputOptions.LABELS) && !in.has(InputOptions.ID);
    return implied ? STANDARD_ID : in.get(InputOptions.ID);
  }

  /**
   * Reads the part; null if labels come with their features.
   *
   * @param task null if it is not known
   * @param classes declared ones
   */
  LateLabels read(Task task, List<String> classes) {
    if (!in.has(InputOptions.LABELS)) {
      return null;
    }
    OptionReader labels = in.below(InputOptions.LABELS, InputOptions.LABELS_GROUP);
    if (id() == null) {
      in.refuse(
          InputOptions.LABELS,
          "needs input.id, the field by which a label finds its features. Give one");
    }
    String topic = labels.get(InputOptions.LABELS_TOPIC);
    boolean ownTopic = !examples.equals(topic);
    if (!ownTopic) {
      refuseFields(labels);
    } else if (standard) {
      requireName(labels, InputOptions.LABELS_ID, STANDARD_ID);
      requireName(labels, InputOptions.LABELS_KEY, STANDARD_KEY);
    }
    String label = or(labels.get(InputOptions.LABELS_LABEL), in.get(InputOptions.LABEL));
    refuseLabel(labels, InputOptions.LABELS_ID, label);
    refuseLabel(labels, InputOptions.LABELS_KEY, label);
    return new LateLabels(
        ownTopic ? topic : null,
        or(labels.get(InputOptions.LABELS_ID), id()),
        or(labels.get(InputOptions.LABELS_KEY), in.get(InputOptions.KEY)),
        label,
        labels.get(InputOptions.LABELS_TIMEOUT),
        labels.get(InputOptions.LABELS_MAX_PENDING),
        onTimeout(labels, task, classes));
  }

  private DefaultLabel onTimeout(OptionReader labels, Task task, List<String> classes) {
    if (!labels.has(InputOptions.LABELS_ON_TIMEOUT)) {
      return null;
    }
    OptionReader onTimeout =
        labels.below(InputOptions.LABELS_ON_TIMEOUT, InputOptions.ON_TIMEOUT_GROUP);
    String label = onTimeout.given(InputOptions.ON_TIMEOUT_LABEL);
    if (label == null) {
      return null; // reported as missing
    }
    if (task == Task.REGRESSION) {
      double number = OptionTypes.number(label);
      if (Double.isNaN(number)) {
        onTimeout.refuse(
            InputOptions.ON_TIMEOUT_LABEL,
            "must be a number for regression, but was " + YamlNode.Scalar.quote(label));
      }
      return new DefaultLabel(null, number);
    }
    String positive = in.get(InputOptions.POSITIVE);
    if (!classes.isEmpty() && !classes.contains(label)) {
      onTimeout.refuse(
          InputOptions.ON_TIMEOUT_LABEL,
          "must be one of input.classes ("
              + String.join(", ", classes)
              + "), but was "
              + YamlNode.Scalar.quote(label));
    } else if (classes.isEmpty() && (positive == null || positive.equals(label))) {
      onTimeout.refuse(
          InputOptions.ON_TIMEOUT_LABEL,
          "needs input.classes, the labels there are; for a number, input.task: regression");
    }
    return new DefaultLabel(label, Double.NaN);
  }

  private static void refuseFields(OptionReader labels) {
    List<Option<String>> fields =
        List.of(InputOptions.LABELS_ID, InputOptions.LABELS_KEY, InputOptions.LABELS_LABEL);
    for (Option<String> field : fields) {
      if (labels.has(field)) {
        labels.refuse(
            field,
            "has no meaning where labels come on the topic of the features. Remove it, or name"
                + " their own topic");
      }
    }
  }

  private static void refuseLabel(OptionReader labels, Option<String> option, String label) {
    if (label != null && label.equals(labels.get(option))) {
      labels.refuse(
          option,
          "must be another field than the label, but both are " + YamlNode.Scalar.quote(label));
    }
  }

  private static void requireName(OptionReader labels, Option<String> option, String name) {
    if (labels.has(option) && !labels.get(option).equals(name)) {
      labels.refuse(option, "must be " + name + " with the standard example schema. Leave it out");
    }
  }

  private static String or(String given, String fallback) {
    return given == null ? fallback : given;
  }
}
