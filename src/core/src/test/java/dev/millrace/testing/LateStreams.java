package dev.millrace.testing;

import dev.millrace.data.Example;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Examples whose features and labels come apart. */
public final class LateStreams {
  private LateStreams() {}

  /**
   * The standard schema with labels that come apart.
   *
   * @param topic theirs, or null for that of the features
   */
  public static InputSpec input(Task task, String topic, long timeoutMillis, int maxPending) {
    InputSpec whole = Records.spec(task, List.of(), List.of());
    return whole.with(
        to -> {
          to.task = task;
          to.id = "event_id";
          to.labels =
              new InputSpec.LateLabels(topic, "event_id", null, "label", timeoutMillis, maxPending);
        });
  }

  /** The features of each example, and so many examples later its label. */
  public static List<Example> apart(List<Example> examples, int delay) {
    List<Example> apart = new ArrayList<>();
    for (int i = 0; i < examples.size() + delay; i++) {
      if (i < examples.size()) {
        apart.add(features(examples.get(i), i));
      }
      if (i >= delay) {
        apart.add(label(examples.get(i - delay), i - delay, delay));
      }
    }
    return apart;
  }

  /** The features of an example, named by its number. */
  public static Example features(Example of, int number) {
    Example features = copy(of, number, RecordKind.FEATURES);
    features.resize(of.width);
    System.arraycopy(of.features, 0, features.features, 0, of.width);
    return features;
  }

  /** The label of an example, so many milliseconds later. */
  public static Example label(Example of, int number, int delay) {
    Example label = copy(of, number, RecordKind.LABEL);
    label.label = of.label;
    label.target = of.target;
    label.record = Records.record(of.key, new byte[] {(byte) number, 9}, number + delay);
    label.eventTime = of.eventTime + delay;
    return label;
  }

  /** The example as a whole, named by its number. */
  public static Example whole(Example of, int number) {
    Example whole = features(of, number);
    whole.kind = RecordKind.EXAMPLE;
    whole.label = of.label;
    whole.target = of.target;
    return whole;
  }

  private static Example copy(Example of, int number, RecordKind kind) {
    Example copy = new Example();
    copy.kind = kind;
    copy.key = of.key;
    copy.weight = of.weight;
    copy.group = kind.hasFeatures() ? of.group : 0;
    if (kind.hasFeatures()) {
      copy.carry(of.carriedCount);
      System.arraycopy(of.carried, 0, copy.carried, 0, of.carriedCount);
    }
    copy.eventTime = of.eventTime;
    copy.record = of.record;
    byte[] id = ("id-" + number).getBytes(StandardCharsets.UTF_8);
    copy.setId(id, id.length);
    return copy;
  }
}
