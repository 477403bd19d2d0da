package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.Loss;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.SelectionSpec.OnChange;
import dev.millrace.nn.auto.Models;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * All that training one pipeline's models needs to know.
 *
 * @param topic the input topic, named in metrics and dead letters
 * @param config fingerprint of the configuration, named in metrics
 * @param drift detector of drift and the reaction to it; null for none
 * @param predictions whether the prediction for each example is published
 * @param snapshots when models are published
 * @param fleet whether the summary is told of each report
 * @param commands the topic of commands, named in dead letters; null if none are read
 */
public record TrainSpec(
    String pipeline,
    String topic,
    InputSpec input,
    ModelSpec model,
    MetricsSpec metrics,
    String config,
    @Nullable DriftPolicy drift,
    boolean predictions,
    SnapshotSpec snapshots,
    boolean fleet,
    @Nullable String commands)
    implements Serializable {
  private static final long LARGE_REPORT = 64 << 10;
  // With fewer no report is large, however long their names are.
  private static final int MANY_CLASSES = 17;
  // Of JSON beside the names: scores of a class, and two counts of a pair.
  private static final int BYTES_PER_CLASS = 110;
  private static final int BYTES_PER_PAIR = 4;

  /** Creates the specification of a pipeline without commands. */
  public TrainSpec(
      String pipeline,
      String topic,
      InputSpec input,
      ModelSpec model,
      MetricsSpec metrics,
      String config,
      @Nullable DriftPolicy drift,
      boolean predictions,
      SnapshotSpec snapshots,
      boolean fleet) {
    this(
        pipeline, topic, input, model, metrics, config, drift, predictions, snapshots, fleet, null);
  }

  /** Returns the same for another input and another model. */
  TrainSpec with(InputSpec newInput, ModelSpec newModel) {
    return new TrainSpec(
        pipeline,
        topic,
        newInput,
        newModel,
        metrics,
        config,
        drift,
        predictions,
        snapshots,
        fleet,
        commands);
  }

  /** Returns the same with another treatment of challengers that do not fit. */
  TrainSpec with(OnChange onChange) {
    return model instanceof SelectionSpec selection ? with(input, selection.with(onChange)) : this;
  }

  /** Returns the declared task, else the one that first label and loss imply. */
  Task task(boolean classification) {
    if (input.task() != null) {
      return input.task();
    }
    if (!classification) {
      return Task.REGRESSION;
    }
    boolean twoClasses =
        input.classes().size() == 2
            || model.each().stream()
                .anyMatch(
                    one ->
                        one instanceof NetworkModelSpec network
                            && network.forTask(Task.MULTICLASS).network().loss()
                                == Loss.BINARY_CROSSENTROPY);
    return twoClasses ? Task.BINARY : Task.MULTICLASS;
  }

  /** Returns the bytes of the model of a key whose first example is in the chunk. */
  public long firstModelBytes(Chunk chunk) {
    Task task = task(chunk.isClassification());
    ModelStart start = model.start();
    int inputs = start == null ? chunk.width() : start.inputs();
    int classes = Math.max(input.classes().size(), start == null ? 0 : start.classes().size());
    // Its first class comes at once.
    return Models.modelBytes(model, task, inputs, Math.max(1, classes));
  }

  /**
   * Returns the factor of the configured intervals between reports of a model: 1, unless a report
   * of its classes is larger than 64 KiB.
   */
  int reportSpacing(ClassNames names) {
    long classes = names.size();
    if (classes < MANY_CLASSES) {
      return 1;
    }
    long bytes = names.bytes();
    long perClass = metrics.perClass() ? bytes + BYTES_PER_CLASS * classes : 0;
    boolean hasMatrix =
        metrics.confusionMatrix() && classes <= ClassificationMetrics.MAX_CLASSES_IN_MATRIX;
    long confusion = hasMatrix ? bytes + BYTES_PER_PAIR * classes * classes : 0;
    long report = perClass + confusion;
    // A larger one is written without its classes, and is small.
    return report > input.limits().outputValueBytes() ? 1 : (int) (1 + report / LARGE_REPORT);
  }

  /** Returns true if a model of the task may have only two classes. */
  boolean isBinary(Task task) {
    return task == Task.BINARY || input.task() == Task.BINARY;
  }

  /** Classes that one model may have. */
  int maxClasses(Task task) {
    return isBinary(task) ? 2 : input.limits().classes();
  }
}
