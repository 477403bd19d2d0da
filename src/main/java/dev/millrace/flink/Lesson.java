package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetterReason;

/** Which examples of a chunk a model learns, and how many of them in one call. Not thread-safe. */
final class Lesson {
  private final TrainSpec spec;
  private final long mostModelBytes;
  private final TrainScratch scratch;
  private final ModelPublisher publisher;
  private final Refusals refusals;

  Lesson(
      TrainSpec spec,
      StateSpec state,
      TrainScratch scratch,
      ModelPublisher publisher,
      Refusals refusals) {
    this.spec = spec;
    this.mostModelBytes = state.modelBytes();
    this.scratch = scratch;
    this.publisher = publisher;
    this.refusals = refusals;
  }

  /**
   * Learns the example, together with those behind it as far as that changes nothing, or sends it
   * to the dead letters; returns the row of the next one.
   */
  int learn(PrequentialModel model, Chunk chunk, int row, SideOutputs out) {
    if (chunk.width() != model.learner().inputs()) {
      refusals.forWidth(model, chunk, row, out);
      return row + 1;
    }
    if (chunk.isClassification() != model.task().isClassification()) {
      refusals.refuse(
          chunk,
          row,
          DeadLetterReason.INVALID_LABEL,
          "the label is a %s; the model of this key learned %s"
              .formatted(
                  chunk.isClassification() ? "class" : "number",
                  model.task().isClassification() ? "classes" : "numbers"),
          out);
      return row + 1;
    }
    if (isHeldOut(chunk, row)) {
      model.validate(chunk, row, scratch);
      return row + 1;
    }
    int end = firstHeldOut(chunk, row + 1, row + mostTogether(model, chunk.size() - row));
    if (!chunk.isClassification()) {
      model.learnValues(chunk, row, end, scratch);
      return end;
    }
    int unknown = firstUnknown(chunk, row, end);
    if (unknown > row) {
      model.learnClasses(chunk, row, unknown, scratch);
      return unknown;
    }
    meet(model, chunk, row, out);
    return row + 1;
  }

  /**
   * How many examples may be learned at once: a report and a snapshot say what the model was after
   * its last example, a prediction which steps the model had taken, and after a drift or a change
   * of the champion the next example meets another model, so none is learned beyond those.
   */
  private int mostTogether(PrequentialModel model, int rows) {
    if (spec.predictions() || spec.drift() != null || spec.model().contest() != null) {
      return 1;
    }
    long every = spec.reportEvery(model);
    long most = Math.min(every - model.examples() % every, publisher.examplesLeft(model));
    // An event says at which example a model was rolled back.
    return (int) Math.min(Math.min(rows, most), model.learner().maxTogether());
  }

  /** Whether no model learns from the example; the first of its class is always learned. */
  private boolean isHeldOut(Chunk chunk, int row) {
    double share = spec.metrics().validation().share();
    if (share == 0 || (chunk.isClassification() && scratch.classOf[chunk.labelOf(row)] < 0)) {
      return false;
    }
    if (!chunk.hasId(row)) {
      scratch.takeFeatures(chunk, row, row + 1);
    }
    return HeldOut.isHeldOut(chunk, row, scratch.features, share);
  }

  /** The first row from there on that is held out, or the end. */
  private int firstHeldOut(Chunk chunk, int from, int end) {
    if (spec.metrics().validation().share() == 0) {
      return end;
    }
    int row = from;
    while (row < end && !isHeldOut(chunk, row)) {
      row++;
    }
    return row;
  }

  /** The first row whose class the model does not know, or the end. */
  private int firstUnknown(Chunk chunk, int from, int end) {
    int row = from;
    while (row < end && scratch.classOf[chunk.labelOf(row)] >= 0) {
      row++;
    }
    return row;
  }

  /** Learns the first example of a class, if the model may have another one. */
  private void meet(PrequentialModel model, Chunk chunk, int row, SideOutputs out) {
    String label = chunk.label(chunk.labelOf(row));
    Refusals.Refusal refusal = Refusals.ofClass(spec, mostModelBytes, model, label);
    if (refusal != null) {
      refusals.refuse(chunk, row, refusal.reason(), refusal.message(), out);
    } else {
      model.meetClass(chunk, row, scratch);
    }
  }
}
