package dev.millrace.nn;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.IdColumns;
import dev.millrace.data.SizeChecks;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Facts about a stored model that are readable without its specification.
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

  /**
   * Reads the summary of a model that {@link OnlineModel#write} wrote, from {@code offset} to the
   * end of the bytes.
   *
   * @throws IOException if the bytes are cut off or have a newer format version
   */
  public static LearnerSummary read(byte[] bytes, int offset) throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    in.seek(offset);
    ModelHeader header = ModelHeader.read(in);
    SizeChecks.requireBytes(in, "counts of the stored model", COUNTS);
    ByteBuffer counts = ByteBuffer.wrap(bytes, bytes.length - COUNTS, COUNTS);
    return new LearnerSummary(
        header.shape(),
        header.inputs(),
        header.indicators().ids(),
        header.classes(),
        counts.getLong(),
        counts.getLong(),
        counts.getLong(),
        counts.getLong(),
        counts.getLong());
  }
}
