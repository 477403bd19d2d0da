package dev.millrace.nn;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.stored.ModelHeader;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Facts about a published model that are readable without its specification.
 *
 * @param shape task, layers, loss, optimizer, normalization and batch size in words
 * @param inputs floats of a row
 * @param ids places of ids in a row
 */
public record LearnerSummary(
    String shape,
    int inputs,
    IdColumns ids,
    int classes,
    long examples,
    long steps,
    long skippedSteps,
    long clippedSteps,
    long rollbacks) {

  private static final int COUNTS = 5 * Long.BYTES;

  /** Returns the number of features that are no ids. */
  public int numbers() {
    return ids.numbers(inputs).length;
  }

  /** Writes the counts of a model, which come before the model where it is published. */
  public static void writeCounts(OnlineModel model, DataOutput out) throws IOException {
    writeCounts(
        out,
        model.examples(),
        model.steps(),
        model.skippedSteps(),
        model.clippedSteps(),
        model.rollbacks());
  }

  /** Writes the counts of a model whose steps are always taken as they are. */
  public static void writeCounts(DataOutput out, long examples, long steps) throws IOException {
    writeCounts(out, examples, steps, 0, 0, 0);
  }

  private static void writeCounts(DataOutput out, long... counts) throws IOException {
    for (long count : counts) {
      out.writeLong(count);
    }
  }

  /**
   * Reads the counts and the header of the model that follows them; the input is at the model then.
   *
   * @throws IOException if the bytes are cut off or have a newer format version
   */
  public static LearnerSummary read(BoundedDataInput in) throws IOException {
    SizeChecks.requireBytes(in, "counts of the stored model", COUNTS);
    long[] counts = new long[COUNTS / Long.BYTES];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.readLong();
    }
    int model = in.position();
    ModelHeader header = ModelHeader.read(in);
    in.seek(model);
    return new LearnerSummary(
        header.shape(),
        header.inputs(),
        header.indicators().ids(),
        header.classes(),
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        counts[4]);
  }
}
