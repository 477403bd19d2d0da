package dev.millrace.serving;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.report.ModelAnswer;

/** Predicts for a key; see {@link LoadedModel}. */
interface PredictingModel {

  ModelAnswer predict(Example example, Workspace workspace) throws RejectedException;

  /** Checks the number of features of an example. */
  static void requireWidth(Example example, int inputs) throws RejectedException {
    if (example.width != inputs) {
      throw new RejectedException(
          DeadLetterReason.WRONG_FEATURE_COUNT,
          "there are %d features; the model of this key has %d inputs"
              .formatted(example.width, inputs));
    }
  }

  boolean isOfClasses();

  long memoryBytes();
}
