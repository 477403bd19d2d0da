package dev.millrace.forecast;

import dev.millrace.eval.ValueLimit;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last values of a series and their positions: numbers of records, or event times. Records
 * without a value have a position, too. Absurd values are limited; labels are the values as they
 * came. Not thread-safe.
 */
public final class Series implements State {
  /** Max number of values that are kept. */
  public static final int MAX_VALUES = 1 << 16;

  /** Values that are kept however old they are. */
  static final int MIN_VALUES = 8;

  private static final int FIRST_ROOM = 16;
  private static final double SLOW = 0.1;
  private static final double FAST = 0.3;
  private static final long NEVER = Long.MIN_VALUE;

  private final boolean isOfTime;
  private final long span;
  private final Season[] seasons;
  private final FadingMean slow = new FadingMean(SLOW);
  private final FadingMean fast = new FadingMean(FAST);
  private final ValueLimit limit = new ValueLimit();

  // Rings, a power of 2 long, in which the value of a number is at the number modulo the length.
  private long[] positions = new long[0];
  private double[] values = new double[0];
  // Numbers of the oldest value that is kept, and of the next one.
  private long first;
  private long next;

  // The last two values as they came.
  private double last = Double.NaN;
  private double lastButOne = Double.NaN;

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
    this(
        spec.ofTime(),
        span(spec, horizon),
        spec.seasons().stream()
            .map(season -> new Season(season.length(), tolerance(spec, season)))
            .toArray(Season[]::new));
    resize(FIRST_ROOM);
    position = isOfTime ? NEVER : 0;
  }

  private Series(boolean isOfTime, long span, Season[] seasons) {
    this.isOfTime = isOfTime;
    this.span = span;
    this.seasons = seasons;
  }

  /** Returns how far back any input or baseline reaches. */
  private static long span(ForecastSpec spec, Step horizon) {
    long longest = 0;
    for (Step season : spec.seasons()) {
      long reach = (season.timesIn(horizon) + 1) * season.length();
      longest = Math.max(longest, reach + tolerance(spec, season));
    }
    return longest + 1;
  }

  private static long tolerance(ForecastSpec spec, Step season) {
    return spec.tolerance(season, season);
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

  /** Returns true if positions are times. */
  public boolean isOfTime() {
    return isOfTime;
  }

  /** Returns the time of the last record; there must be one. */
  public long lastTime() {
    return lastTime;
  }

  /** Returns the time between the last two records in milliseconds; 0 if not known. */
  public long interval() {
    return interval;
  }

  /** Adds the value of the last record, a finite number. */
  public void add(double actual) {
    lastButOne = last;
    last = actual;
    double value = limit.updateAndLimit(actual);
    long known = next - first;
    double before = known == 0 ? Double.NaN : lag(0);
    if (known == values.length) {
      resize(2 * values.length);
    }
    int at = (int) next & (values.length - 1);
    positions[at] = position;
    values[at] = value;
    next++;
    mean += (value - mean) / next;
    slow.add(value);
    fast.add(value);
    addSeasonalError(value, before);
    for (Season season : seasons) {
      season.add(this);
    }
    while (next - first > MAX_VALUES
        || (next - first > MIN_VALUES && positionOf(first) < position - span)) {
      for (Season season : seasons) {
        season.forget(first, this);
      }
      first++;
    }
  }

  private void addSeasonalError(double value, double before) {
    double naive = before;
    if (seasons.length > 0) {
      long length = seasons[0].length();
      long number = find(position - length, isOfTime ? length / 2 : 0);
      naive = number < 0 ? Double.NaN : valueOf(number);
    }
    double error = Math.abs(value - naive);
    if (error < Double.POSITIVE_INFINITY) {
      seasonalErrors += error;
      seasonalErrorCount++;
    }
  }

  private void resize(int room) {
    long[] oldPositions = positions;
    double[] oldValues = values;
    positions = new long[room];
    values = new double[room];
    for (long number = first; number < next; number++) {
      int from = (int) number & (oldValues.length - 1);
      int to = (int) number & (room - 1);
      positions[to] = oldPositions[from];
      values[to] = oldValues[from];
    }
    for (Season season : seasons) {
      season.resize(first, next, room);
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

  /** Returns the last value as it came; NaN without any. */
  public double last() {
    return last;
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
   * Returns the number of the value nearest to a position, the later of two that are equally near;
   * -1 if none is within the tolerance.
   */
  long find(long wanted, long tolerance) {
    long low = first;
    long high = next;
    while (low < high) { // to the first value at the position or after it
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
      return -1;
    }
    return after <= before ? low : low - 1;
  }

  /**
   * Returns the value, as it came, of a target that the series has just reached or passed: that of
   * the last two records which is nearer to it.
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
        nearest = back == 0 ? last : lastButOne;
      }
    }
    return nearest;
  }

  /** Returns the mean of all values; NaN without any. */
  public double mean() {
    return next == 0 ? Double.NaN : mean;
  }

  /** Returns a fading mean in which the newest value has a weight of 0.1. */
  double slowMean() {
    return slow.get();
  }

  /** Returns a fading mean in which the newest value has a weight of 0.3. */
  double fastMean() {
    return fast.get();
  }

  /** Returns what is known by a season. */
  Season season(int season) {
    return seasons[season];
  }

  /**
   * Returns the mean absolute difference between each value and the one a first season before, of
   * all values so far: the scale of the mean absolute scaled error (Hyndman and Koehler,
   * International Journal of Forecasting 22, 2006). Without a season it is the previous value.
   */
  public double seasonalError() {
    return seasonalErrors / seasonalErrorCount;
  }

  /** Returns the bytes of the values that are known now. */
  public long memoryBytes() {
    int perValue = Double.BYTES + Long.BYTES + seasons.length * Season.BYTES_PER_VALUE;
    return (long) size() * perValue;
  }

  /** Returns a deep copy. */
  public Series copy() {
    Season[] empty = Arrays.stream(seasons).map(Season::empty).toArray(Season[]::new);
    return State.copy(this, new Series(isOfTime, span, empty));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    first = v.number("values of a series", first, 0, Long.MAX_VALUE / 2);
    int size = v.count("values of a series", size(), MAX_VALUES, 2 * Long.BYTES);
    next = first + size;
    int room = v.unstored(Math.max(FIRST_ROOM, positions.length));
    while (room < size) {
      room *= 2;
    }
    if (v.isFilling()) {
      positions = new long[room];
      values = new double[room];
    }
    if (v.isCopying()) {
      v.numbers(positions);
      v.numbers(values);
    } else {
      for (long number = first; number < next; number++) {
        int at = (int) number & (room - 1);
        positions[at] = v.number(positions[at]);
        values[at] = v.number(values[at]);
      }
    }
    position = v.number(position);
    records = v.number(records);
    lastTime = v.number(lastTime);
    interval = v.number(interval);
    mean = v.number(mean);
    slow.visit(v);
    fast.visit(v);
    limit.visit(v);
    last = v.anyNumber(last);
    lastButOne = v.anyNumber(lastButOne);
    seasonalErrors = v.number(seasonalErrors);
    seasonalErrorCount = v.number(seasonalErrorCount);
    for (Season season : seasons) {
      season.visit(v, first, next, room);
    }
  }
}
