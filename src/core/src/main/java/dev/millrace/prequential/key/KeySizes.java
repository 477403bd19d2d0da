package dev.millrace.prequential.key;

import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.auto.SharedNetwork;
import dev.millrace.prequential.labels.PendingBuffer;
import dev.millrace.prequential.labels.PendingLabel;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The estimated bytes that the parts of a key take in memory when they are full, by their names in
 * the plural. Their sum may exceed {@code limits.state-bytes}: groups and ids are forgotten first.
 */
public final class KeySizes {
  private static final int CLASSES = 2;
  // Of an id of 36 characters.
  private static final String ID = "0".repeat(36);
  private static final int BYTES_OF_SCORED_EXAMPLE = 24;
  // Of the objects of a pending forecast with its baselines, and of a value of its series.
  private static final int BYTES_OF_FORECAST = 256;

  private KeySizes() {}

  /**
   * Returns the bytes of each part of a key whose number of features is known; those of a key with
   * a set of labels that are not declared are for one label.
   */
  public static Map<String, Long> of(TrainSpec spec) {
    InputSpec input = spec.input();
    List<Task> tasks = tasks(spec);
    int classes = Math.max(CLASSES, input.classes().size());
    Map<String, Long> sizes = new LinkedHashMap<>();
    int shared = input.hasOutputs() ? SharedNetwork.UNITS : 0;
    long models = input.hasOutputs() ? SharedNetwork.bytes(input.width(), tasks.size()) : 0;
    for (Task task : tasks) {
      models += Models.modelBytes(spec.model(), task, input.width() + shared, classes);
    }
    add(sizes, "models", models);
    if (input.hasIds()) {
      long ofId = 0;
      for (Task task : tasks) {
        ofId += Models.bytesOfId(spec.model(), task, classes);
      }
      add(sizes, "ids", ofId * input.limits().ids());
    }
    long groups = 0;
    for (Map.Entry<List<String>, Long> by : DerivedState.groupBytes(input).entrySet()) {
      groups += by.getValue() * (by.getKey().isEmpty() ? 1 : input.limits().groups());
    }
    add(sizes, "groups", groups);
    add(sizes, "pending labels", tasks.size() * pending(input, classes));
    add(sizes, "pending forecasts", forecasts(input));
    add(
        sizes,
        "metrics windows",
        (long) tasks.size() * spec.metrics().window() * BYTES_OF_SCORED_EXAMPLE);
    return sizes;
  }

  private static void add(Map<String, Long> sizes, String part, long bytes) {
    if (bytes > 0) {
      sizes.put(part, bytes);
    }
  }

  /** Returns the task of each model of a key. */
  private static List<Task> tasks(TrainSpec spec) {
    InputSpec input = spec.input();
    List<Task> tasks = new ArrayList<>();
    for (TargetSpec target : input.targets()) {
      tasks.add(Objects.requireNonNullElse(target.task(), Task.BINARY));
    }
    int labels = input.task() == Task.MULTILABEL ? Math.max(1, input.classes().size()) : 0;
    for (int label = 0; label < labels; label++) {
      tasks.add(Task.BINARY);
    }
    if (tasks.isEmpty()) {
      tasks.add(spec.task(true));
    }
    return tasks;
  }

  // Features, labels, and the ids of settled examples.
  private static long pending(InputSpec input, int scores) {
    LateLabels labels = input.labels();
    if (labels == null) {
      return 0;
    }
    long ofLabel = PendingBuffer.bytesOf(ID, new PendingLabel("", 0, 0));
    long ofFeatures = ofLabel + (long) (input.width() + scores) * Float.BYTES;
    return labels.maxPending() * (ofFeatures + 2 * ofLabel);
  }

  private static long forecasts(InputSpec input) {
    ForecastSpec forecast = input.forecast();
    if (forecast == null) {
      return 0;
    }
    long longest =
        forecast.horizons().stream().mapToLong(ForecastSpec.Step::length).max().orElse(0);
    long count =
        forecast.ofTime()
            ? ForecastState.MAX_PENDING
            : Math.min(ForecastState.MAX_PENDING, longest);
    return count * (BYTES_OF_FORECAST + (long) input.width() * Float.BYTES);
  }
}
