package dev.millrace.prequential;

import dev.millrace.nn.Workspace;
import dev.millrace.prequential.rows.DerivedFiller;
import dev.millrace.prequential.rows.Explanations;
import dev.millrace.prequential.rows.Predictions;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.rows.Scorer;
import dev.millrace.prequential.spec.TrainSpec;

/**
 * What the ways to learn the rows of a chunk have in common. Shared by all keys of a thread.
 *
 * @param budget of the model and all that its key has besides
 */
record Stages(
    TrainSpec spec,
    Workspace workspace,
    KeyBudget budget,
    Rejections rejections,
    EventReporter events,
    Scorer scorer,
    Explanations explanations,
    Predictions predictions,
    DerivedFiller derived) {

  static Stages of(TrainSpec spec, long maxBytes, KeyBudget budget, Workspace workspace) {
    return new Stages(
        spec,
        workspace,
        budget,
        new Rejections(spec, maxBytes),
        new EventReporter(spec),
        new Scorer(spec.metrics().segments()),
        new Explanations(spec, workspace),
        new Predictions(spec),
        new DerivedFiller(spec));
  }
}
