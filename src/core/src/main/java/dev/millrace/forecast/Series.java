package dev.millrace.forecast;

import dev.millrace.data.ForecastSpec;
import dev.millrace.data.ForecastSpec.Step;
import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last values of a series and their positions: numbers of records, or event times. Records
 * without a value have a position, too. Not thread-safe.
 */
public final class Series {
  /** Max number of values that are kept. */
  public static final int MAX_VALUES = 1 << 16;

  /** Values that are kept however old they are. */
  static final int MIN_VALUES = 8;

  private static final int FIRST_ROOM = 16;
  private static final long NEVER = Long.MIN_VALUE;

  private final boolean isOfTime;
  private final long span;
  private final SeasonSums[] seasons;

  // Rings, a power of 2 long, in which the value of a number is at the number modulo the length.
  private long[] positions;
  private double[] values;
  // Numbers of the oldest value that is kept, and of the next one.
  private long first;
  private long next;

  private long position;
  private long records;
  private long lastTime = NEVER;
  private long interval;
  private double mean;
  private double seasonalErrors;
  private long seasonalErrorCount;

  /**
   * Creates a series without values.
   *
   * @param horizon how far ahead it is forecast
   */
  public Series(ForecastSpec spec, Step horizon) {
    this(spec.ofTime(), span(spec, horizon), SeasonSums.of(spec.seasons()));
    positions = new long[FIRST_ROOM];
    values = new double[FIRST_ROOM];
    position = isOfTime ? NEVER : 0;
  }

  private Series(boolean isOfTime, long span, SeasonSums[] seasons) {
    this.isOfTime = isOfTime;
    this.span = span;
    this.seasons = seasons;
    positions = new long[0];
    values = new double[0];
  }

  /** Returns how far back any input or baseline reaches, with what is nearest to that. */
  private static long span(ForecastSpec spec, Step horizon) {
    long longest = 0;
    for (Step season : spec.seasons()) {
      longest = Math.max(longest, (season.timesIn(horizon) + 2) * season.length());
    }
    return longest + 1;
  }

  /**
   * Moves to the next record.
   *
   * @param time of its event
   * @return false if steps are times and the record is behind a later one: it is not part of the
   *     series
   */
  public boolean advance(long time) {
    if (isOfTime && time < position) {
      return false;
    }
    interval = lastTime == NEVER || time <= lastTime ? interval : time - lastTime;
    lastTime = time;
    position = isOfTime ? time : position + 1;
    records++;
    return true;
  }

  /** Returns the position of the last record. */
  public long position() {
    return position;
  }

  /** Returns the number of records. */
  public long records() {
    return records;
  }

  /** Returns the time between the last two records in milliseconds; 0 if not known. */
  public long interval() {
    return interval;
  }

  /** Adds the value of the last record, a finite number. */
  public void add(double value) {
    long known = next - first;
    double before = known == 0 ? Double.NaN : lag(0);
    if (known == values.length) {
      grow();
    }
    int at = (int) next & (values.length - 1);
    positions[at] = position;
    values[at] = value;
    next++;
    mean += (value - mean) / next;
    addSeasonalError(value, before);
    for (SeasonSums season : seasons) {
      season.add(this);
    }
    while (next - first > MAX_VALUES
        || (next - first > MIN_VALUES && positionOf(first) < position - span)) {
      for (SeasonSums season : seasons) {
        season.removeUpTo(first, this);
      }
      first++;
    }
  }

  private void addSeasonalError(double value, double before) {
    double naive =
        seasons.length == 0
            ? before
            : at(position - seasons[0].length(), isOfTime ? seasons[0].length() / 2 : 0);
    double error = Math.abs(value - naive);
    if (error < Double.POSITIVE_INFINITY) {
      seasonalErrors += error;
      seasonalErrorCount++;
    }
  }

  private void grow() {
    long[] oldPositions = positions;
    double[] oldValues = values;
    int room = 2 * oldValues.length;
    positions = new long[room];
    values = new double[room];
    for (long number = first; number < next; number++) {
      int from = (int) number & (oldValues.length - 1);
      int to = (int) number & (room - 1);
      positions[to] = oldPositions[from];
      values[to] = oldValues[from];
    }
  }

  /** Returns the number of values that are known now. */
  int size() {
    return (int) (next - first);
  }

  /** Returns the number of the first value that is known now. */
  long first() {
    return first;
  }

  /** Returns the number of the next value. */
  long next() {
    return next;
  }

  double valueOf(long number) {
    return values[(int) number & (values.length - 1)];
  }

  long positionOf(long number) {
    return positions[(int) number & (values.length - 1)];
  }

  /** Returns the value before the last one by that many; NaN if it is not known. */
  public double lag(int count) {
    return count < size() ? valueOf(next - 1 - count) : Double.NaN;
  }

  /** Returns the position of the last value; the series must have one. */
  public long lastPosition() {
    return positionOf(next - 1);
  }

  /** Returns true if a value is known. */
  public boolean hasValue() {
    return next > first;
  }

  /**
   * Returns the value nearest to a position, the later of two that are equally near; NaN if none is
   * within the tolerance.
   */
  public double at(long wanted, long tolerance) {
    long low = first;
    long high = next;
    while (low < high) { // to the first value at the position or behind it
      long middle = (low + high) >>> 1;
      if (positionOf(middle) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    long after = low < next ? positionOf(low) - wanted : Long.MAX_VALUE;
    long before = low > first ? wanted - positionOf(low - 1) : Long.MAX_VALUE;
    if (Math.min(after, before) > tolerance) {
      return Double.NaN;
    }
    return valueOf(after <= before ? low : low - 1);
  }

  /**
   * Returns the value of a target that the series has just reached or passed: that of the last two
   * records which is nearer to it.
   *
   * @param horizon length by which the target is ahead of the record that it was set with; that
   *     record is no target itself
   * @return NaN if none is within the tolerance
   */
  public double lastAt(long target, long horizon, long tolerance) {
    double nearest = Double.NaN;
    long least = tolerance + 1;
    for (int back = 0; back < Math.min(2, size()); back++) {
      long at = positionOf(next - 1 - back);
      long distance = Math.abs(at - target);
      if (at > target - horizon && distance < least) {
        least = distance;
        nearest = lag(back);
      }
    }
    return nearest;
  }

  /** Returns the mean of all values; NaN without any. */
  public double mean() {
    return next == 0 ? Double.NaN : mean;
  }

  /** Returns the mean of the values of the last season. */
  double mean(int season) {
    return seasons[season].mean();
  }

  /** Returns the standard deviation of the values of the last season. */
  double deviation(int season) {
    return seasons[season].deviation();
  }

  /**
   * Returns the mean absolute difference between each value and the one a first season before, of
   * all values so far: the scale of the mean absolute scaled error (Hyndman and Koehler,
   * International Journal of Forecasting 22, 2006). Without a season it is the previous value.
   */
  public double seasonalError() {
    return seasonalErrors / seasonalErrorCount;
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return (long) values.length * (Double.BYTES + Long.BYTES) + seasons.length * SeasonSums.BYTES;
  }

  /** Returns a deep copy. */
  public Series copy() {
    SeasonSums[] sums = new SeasonSums[seasons.length];
    Arrays.setAll(sums, s -> seasons[s].copy());
    Series copy = new Series(isOfTime, span, sums);
    copy.positions = positions.clone();
    copy.values = values.clone();
    copy.first = first;
    copy.next = next;
    copy.position = position;
    copy.records = records;
    copy.lastTime = lastTime;
    copy.interval = interval;
    copy.mean = mean;
    copy.seasonalErrors = seasonalErrors;
    copy.seasonalErrorCount = seasonalErrorCount;
    return copy;
  }

  /** Writes everything but the specification. */
  public void write(DataOutput out) throws IOException {
    out.writeLong(first);
    out.writeInt(size());
    for (long number = first; number < next; number++) {
      out.writeLong(positionOf(number));
      out.writeDouble(valueOf(number));
    }
    out.writeLong(position);
    out.writeLong(records);
    out.writeLong(lastTime);
    out.writeLong(interval);
    out.writeDouble(mean);
    out.writeDouble(seasonalErrors);
    out.writeLong(seasonalErrorCount);
    for (SeasonSums season : seasons) {
      season.write(out);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static Series read(DataInput in, ForecastSpec spec, Step horizon) throws IOException {
    Series series = new Series(spec, horizon);
    series.first = SizeChecks.require("values of a series", in.readLong(), 0, Long.MAX_VALUE / 2);
    int size = SizeChecks.read(in, "values of a series", MAX_VALUES, 2 * Long.BYTES);
    int room = FIRST_ROOM;
    while (room < size) {
      room *= 2;
    }
    series.positions = new long[room];
    series.values = new double[room];
    series.next = series.first + size;
    for (long number = series.first; number < series.next; number++) {
      int at = (int) number & (room - 1);
      series.positions[at] = in.readLong();
      series.values[at] = in.readDouble();
    }
    series.position = in.readLong();
    series.records = in.readLong();
    series.lastTime = in.readLong();
    series.interval = in.readLong();
    series.mean = in.readDouble();
    series.seasonalErrors = in.readDouble();
    series.seasonalErrorCount = in.readLong();
    for (SeasonSums season : series.seasons) {
      season.read(in, series.first, series.next);
    }
    return series;
  }
}
