package dev.millrace.nn.auto.rows;

import dev.millrace.data.Task;
import dev.millrace.nn.ids.IdLearner;

/** Looks up the ids of a record, and writes what networks see of it. */
final class IdStep implements RowStep {

  private final IdLearner learner;
  private final boolean isBinary;
  private final int inputs;

  IdStep(MixtureKind kind, IdLearner learner) {
    this.learner = learner;
    isBinary = kind.task() == Task.BINARY;
    inputs = kind.inputs();
  }

  @Override
  public void apply(Row row) {
    IdLearner.Scratch scratch = row.ids;
    boolean hasOdds = isBinary && row.classes == 2;
    float logOdds = hasOdds ? row.logFrequencies[1] - row.logFrequencies[0] : 0f;
    learner.encode(row.features, row.offset, logOdds, scratch);
    System.arraycopy(scratch.inputs(), 0, row.encoded, 0, inputs);
  }
}
