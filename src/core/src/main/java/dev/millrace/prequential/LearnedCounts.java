package dev.millrace.prequential;

import dev.millrace.data.PublicApi;
import dev.millrace.nn.OnlineModel;
import dev.millrace.prequential.key.RowBatch;

/** Counts what a model of a key has learned from one batch. Not thread-safe. */
@PublicApi
public final class LearnedCounts {
  private long examples;
  private long heldOut;
  private long steps;
  private long skippedSteps;
  private long clippedSteps;
  private long rollbacks;

  /** Sets the counts of a batch; must come before another model replaces the one that learned. */
  void update(OnlineModel learner, RowBatch batch) {
    heldOut = batch.use == RowBatch.Use.HOLD_OUT ? batch.rows : 0;
    examples = batch.rows - heldOut;
    steps = learner.steps() - batch.stepsBefore;
    skippedSteps = learner.skippedSteps() - batch.skippedBefore;
    clippedSteps = learner.clippedSteps() - batch.clippedBefore;
    rollbacks = learner.rollbacks() - batch.rollbacksBefore;
  }

  /** Leaves out the examples of the batch, which another model has learned and counted too. */
  void countNoExamples() {
    examples = 0;
    heldOut = 0;
  }

  /** Returns the number of examples that were learned. */
  public long examples() {
    return examples;
  }

  /** Returns the number of examples that were held out. */
  public long heldOut() {
    return heldOut;
  }

  /** Returns the number of steps taken. */
  public long steps() {
    return steps;
  }

  /** Returns the number of steps that were skipped. */
  public long skippedSteps() {
    return skippedSteps;
  }

  /** Returns the number of steps whose gradient was clipped. */
  public long clippedSteps() {
    return clippedSteps;
  }

  /** Returns the number of rollbacks to earlier weights. */
  public long rollbacks() {
    return rollbacks;
  }
}
