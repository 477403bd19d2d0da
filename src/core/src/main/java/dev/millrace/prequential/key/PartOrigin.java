package dev.millrace.prequential.key;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.prequential.spec.TrainSpec;
import org.jspecify.annotations.Nullable;

/**
 * The context in which a part of a key is created or read.
 *
 * @param key null for stored state
 * @param learner the model of the key
 */
public record PartOrigin(
    TrainSpec spec,
    @Nullable String key,
    Task task,
    ClassNames classes,
    OnlineModel learner,
    Workspace workspace) {

  /** Returns true if the model predicts probabilities of classes. */
  boolean hasProbabilities() {
    return task.isClassification() && Models.givesProbabilities(spec.model(), task);
  }
}
