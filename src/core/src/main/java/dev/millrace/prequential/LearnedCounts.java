package dev.millrace.prequential;

import dev.millrace.nn.OnlineModel;

/** Counts what a model of a key has done between two looks at it. Not thread-safe. */
public final class LearnedCounts {
  private long examples;
  private long seq;
  private long steps;
  private long skippedSteps;
  private long clippedSteps;
  private long rollbacks;

  private long examplesBefore;
  private long seqBefore;
  private long stepsBefore;
  private long skippedBefore;
  private long clippedBefore;
  private long rollbacksBefore;

  /** Starts counting. */
  void begin(PrequentialModel model) {
    OnlineModel learner = model.learner();
    examplesBefore = model.examples();
    seqBefore = model.seq();
    stepsBefore = learner.steps();
    skippedBefore = learner.skippedSteps();
    clippedBefore = learner.clippedSteps();
    rollbacksBefore = learner.rollbacks();
  }

  /** Ends counting; must come before another model takes the place of the one that learned. */
  void end(PrequentialModel model) {
    OnlineModel learner = model.learner();
    examples = model.examples() - examplesBefore;
    seq = model.seq() - seqBefore;
    steps = learner.steps() - stepsBefore;
    skippedSteps = learner.skippedSteps() - skippedBefore;
    clippedSteps = learner.clippedSteps() - clippedBefore;
    rollbacks = learner.rollbacks() - rollbacksBefore;
  }

  /** Returns the number of steps that the model had taken at the start. */
  long stepsBefore() {
    return stepsBefore;
  }

  /** Returns the number of examples that were learned or held out. */
  long seq() {
    return seq;
  }

  /** Returns the number of examples that were learned. */
  public long examples() {
    return examples;
  }

  /** Returns the number of examples that were held out. */
  public long heldOut() {
    return seq - examples;
  }

  /** Returns the number of steps taken. */
  public long steps() {
    return steps;
  }

  /** Returns the number of steps that were left out. */
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
