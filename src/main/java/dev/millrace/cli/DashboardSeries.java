package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The points of one key over its examples, bounded in number. Not thread-safe.
 *
 * <p>When the bound is reached every second point goes, so that the whole run stays visible and the
 * recent part is the finer one.
 */
final class DashboardSeries {
  private static final int INITIAL_CAPACITY = 16;
  // Records arrive in bursts; a rate over less than this would show the bursts, not the stream.
  private static final long RATE_SPAN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final DashboardColumns columns;
  private final int width; // figures of a point: the columns of the task, then the rate
  private long[] seqs = new long[INITIAL_CAPACITY];
  private float[] values; // [points x width], row-major
  private int size;

  private float rate = Float.NaN;
  private long rateNanos;
  private long rateExamples;

  DashboardSeries(DashboardColumns columns) {
    this.columns = columns;
    this.width = columns.count() + 1;
    this.values = new float[INITIAL_CAPACITY * width];
  }

  int size() {
    return size;
  }

  DashboardColumns columns() {
    return columns;
  }

  long firstSeq() {
    return seqs[0];
  }

  /** Appends the point of a record that arrived at {@code nowNanos}; at most {@code bound} stay. */
  void add(DashboardRecord record, long nowNanos, int bound) {
    measureRate(record.examples(), nowNanos);
    while (size >= bound) {
      dropEverySecond();
    }
    ensureRoom(bound);
    seqs[size] = record.seq();
    System.arraycopy(record.values(), 0, values, size * width, width - 1);
    values[size * width + width - 1] = rate;
    size++;
  }

  private void measureRate(long examples, long nowNanos) {
    if (size == 0) {
      rateNanos = nowNanos;
      rateExamples = examples;
      return;
    }
    long elapsed = nowNanos - rateNanos;
    if (elapsed >= RATE_SPAN_NANOS) {
      rate = (float) ((examples - rateExamples) * 1e9 / elapsed);
      rateNanos = nowNanos;
      rateExamples = examples;
    }
  }

  private void dropEverySecond() {
    int kept = (size + 1) / 2;
    for (int i = 1; i < kept; i++) {
      seqs[i] = seqs[2 * i];
      System.arraycopy(values, 2 * i * width, values, i * width, width);
    }
    size = kept;
  }

  /** Grows by doubling up to the bound, and gives memory back after the bound has fallen. */
  private void ensureRoom(int bound) {
    int capacity = seqs.length;
    if (size == capacity || capacity > bound) {
      capacity = Math.min(bound, Math.max(size * 2, INITIAL_CAPACITY));
      seqs = Arrays.copyOf(seqs, capacity);
      values = Arrays.copyOf(values, capacity * width);
    }
  }

  /** Writes {@code columns} and {@code values} (one array per column) of the points after a seq. */
  void write(JsonGenerator out, long afterSeq) throws IOException {
    int start = size;
    while (start > 0 && seqs[start - 1] > afterSeq) {
      start--;
    }
    out.writeArrayFieldStart("columns");
    out.writeString("seq");
    for (int column = 0; column < columns.count(); column++) {
      out.writeString(columns.name(column));
    }
    out.writeString("rate");
    out.writeEndArray();
    out.writeArrayFieldStart("values");
    out.writeArray(seqs, start, size - start);
    for (int column = 0; column < width; column++) {
      out.writeStartArray();
      for (int point = start; point < size; point++) {
        DashboardRecord.writeFinite(out, values[point * width + column]);
      }
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  /** The windowed loss of the last points, oldest first. */
  float[] lastLosses(int most) {
    int count = Math.min(most, size);
    float[] losses = new float[count];
    for (int i = 0; i < count; i++) {
      losses[i] = values[(size - count + i) * width + columns.lossColumn()];
    }
    return losses;
  }
}
