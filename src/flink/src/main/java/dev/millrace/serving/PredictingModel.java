package dev.millrace.serving;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.report.ModelAnswer;

/** Predicts for a key; see {@link LoadedModel}. */
interface PredictingModel {

  ModelAnswer predict(Example example, Workspace workspace) throws RejectedException;

  boolean isOfClasses();

  long memoryBytes();
}
