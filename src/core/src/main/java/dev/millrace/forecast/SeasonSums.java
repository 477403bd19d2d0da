package dev.millrace.forecast;

import dev.millrace.data.ForecastSpec.Step;
import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Sums of the values of the last season of a series, which it adds to and removes from. Not
 * thread-safe.
 */
final class SeasonSums {
  /** Bytes in memory. */
  static final int BYTES = 64;

  // Values after which rounding errors are removed.
  private static final int EXACT_EVERY = 4096;

  private final long length;
  // Number of the first value of the season.
  private long from;
  // Subtracted from each value before it is squared.
  private double origin;
  private double sum;
  private double squares;
  private long count;

  private SeasonSums(long length) {
    this.length = length;
  }

  /** Returns sums without values of each season. */
  static SeasonSums[] of(List<Step> seasons) {
    return seasons.stream().map(step -> new SeasonSums(step.length())).toArray(SeasonSums[]::new);
  }

  long length() {
    return length;
  }

  /** Adds the last value of a series, and removes those that are a season old. */
  void add(Series series) {
    long last = series.next() - 1;
    if (last % EXACT_EVERY == 0) {
      origin = series.valueOf(last);
      sum = 0;
      squares = 0;
      count = 0;
      for (long number = from; number < last; number++) {
        change(series.valueOf(number), 1);
      }
    }
    change(series.valueOf(last), 1);
    long oldest = series.position() - length;
    while (series.positionOf(from) <= oldest) {
      change(series.valueOf(from++), -1);
    }
  }

  /** Removes a value that the series is about to forget. */
  void removeUpTo(long number, Series series) {
    if (from == number) {
      change(series.valueOf(from++), -1);
    }
  }

  private void change(double value, int sign) {
    double centered = value - origin;
    sum += sign * centered;
    squares += sign * (centered * centered);
    count += sign;
  }

  /** Returns the mean; NaN without values. */
  double mean() {
    return count == 0 ? Double.NaN : origin + sum / count;
  }

  /** Returns the standard deviation; NaN without values. */
  double deviation() {
    double mean = sum / count;
    return count == 0 ? Double.NaN : Math.sqrt(Math.max(0, squares / count - mean * mean));
  }

  SeasonSums copy() {
    SeasonSums copy = new SeasonSums(length);
    copy.from = from;
    copy.origin = origin;
    copy.sum = sum;
    copy.squares = squares;
    copy.count = count;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(from);
    out.writeDouble(origin);
    out.writeDouble(sum);
    out.writeDouble(squares);
    out.writeLong(count);
  }

  void read(DataInput in, long first, long next) throws IOException {
    from = SizeChecks.require("start of a season", in.readLong(), first, next);
    origin = in.readDouble();
    sum = in.readDouble();
    squares = in.readDouble();
    count = SizeChecks.require("values of a season", in.readLong(), 0, next - first);
  }
}
