package dev.millrace.serving;

import dev.millrace.codec.RejectedException;
import dev.millrace.data.Example;
import dev.millrace.data.ModelAnswer;
import dev.millrace.nn.Workspace;

/** Predicts for a key; see {@link LoadedModel}. */
interface PredictingModel {

  ModelAnswer predict(Example example, Workspace workspace) throws RejectedException;

  boolean isOfClasses();

  long memoryBytes();
}
