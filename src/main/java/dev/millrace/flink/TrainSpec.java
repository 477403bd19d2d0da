package dev.millrace.flink;

import dev.millrace.codec.InputSpec;
import dev.millrace.data.Chunk;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.ContestSpec.OnChange;
import dev.millrace.nn.Loss;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.auto.Models;
import java.io.Serializable;

/**
 * All that training one pipeline's models needs to know.
 *
 * @param topic the input topic, named in metrics and dead letters
 * @param config fingerprint of the configuration, named in metrics
 * @param drift how drift is looked for, or null
 * @param predictions whether the prediction for each example is published
 * @param snapshots when models are published
 * @param fleet whether the fleet view is told of each report
 * @param commands the topic of commands, named in dead letters; null if none are read
 */
public record TrainSpec(
    String pipeline,
    String topic,
    InputSpec input,
    ModelSpec model,
    MetricsSpec metrics,
    String config,
    DriftPlan drift,
    boolean predictions,
    SnapshotSpec snapshots,
    boolean fleet,
    String commands)
    implements Serializable {

  /** Of a pipeline that takes no commands. */
  public TrainSpec(
      String pipeline,
      String topic,
      InputSpec input,
      ModelSpec model,
      MetricsSpec metrics,
      String config,
      DriftPlan drift,
      boolean predictions,
      SnapshotSpec snapshots,
      boolean fleet) {
    this(
        pipeline, topic, input, model, metrics, config, drift, predictions, snapshots, fleet, null);
  }

  /** The same for another input and another model. */
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

  /** The same with another treatment of models of a contest that do not fit; itself without one. */
  TrainSpec with(OnChange onChange) {
    return model.contest() == null
        ? this
        : with(input, ModelSpec.contest(model.contest().with(onChange)));
  }

  /** The task: the declared one, else what the kind of the first label and the loss say. */
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
                        one.forTask(Task.MULTICLASS).network().loss() == Loss.BINARY_CROSSENTROPY);
    return twoClasses ? Task.BINARY : Task.MULTICLASS;
  }

  /** Bytes of the model of a key whose first example stands in the chunk. */
  long firstModelBytes(Chunk chunk) {
    Task task = task(chunk.isClassification());
    ModelStart start = model.start();
    int inputs = start == null ? chunk.width() : start.inputs();
    int classes = Math.max(input.classes().size(), start == null ? 0 : start.classes().size());
    // Its first class comes at once.
    return Models.modelBytes(model, task, inputs, Math.max(1, classes));
  }

  /** The same with one more class. */
  long modelBytesWithClass(PrequentialModel of) {
    int inputs = of.learner().inputs();
    return Models.modelBytes(model, of.task(), inputs, of.classes().size() + 1);
  }

  /** Whether a model of the task may have two classes alone. */
  boolean isBinary(Task task) {
    return task == Task.BINARY || input.task() == Task.BINARY;
  }

  /** Classes that one model may have. */
  int mostClasses(Task task) {
    return isBinary(task) ? 2 : input.limits().classes();
  }
}
