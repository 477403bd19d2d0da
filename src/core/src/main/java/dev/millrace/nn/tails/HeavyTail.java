package dev.millrace.nn.tails;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A scale for numbers with a heavy tail: asinh((x − center) / unit), linear around the center and
 * logarithmic far from it. Standardised, such numbers would be a few far ones and a lump of all
 * others.
 *
 * @param unit distance from the center where the scale bends, above 0
 */
public record HeavyTail(double center, double unit) {
  /**
   * Min kurtosis of the first numbers. Of 100 numbers, a normal distribution has about 3, an
   * exponential one 6 to 9, a log-normal one above 10.
   */
  private static final double MIN_KURTOSIS = 8;

  /** Min number of different ones among them: counts that are mostly 0 have no scale. */
  private static final int MIN_DIFFERENT = 20;

  // Numbers of one sign are scaled from 0 unless they are farther from it than from each other.
  private static final double MAX_DISTANCE = 3;

  // sinh of more is no finite double.
  private static final double MAX_SCALED = 700;

  /**
   * Returns the scale of numbers if they have a heavy tail.
   *
   * @param numbers the first ones, finite; their order changes
   * @param count number of them, from the first place on
   * @return null if a linear scale fits
   */
  public static @Nullable HeavyTail of(double[] numbers, int count) {
    if (count < MIN_DIFFERENT || !(kurtosis(numbers, count) >= MIN_KURTOSIS)) {
      return null;
    }
    Arrays.sort(numbers, 0, count);
    int different = 1;
    for (int i = 1; i < count; i++) {
      different += numbers[i] == numbers[i - 1] ? 0 : 1;
    }
    if (different < MIN_DIFFERENT) {
      return null;
    }
    double median = numbers[count / 2];
    boolean isOfOneSign = numbers[0] >= 0 || numbers[count - 1] <= 0;
    double spread = distance(numbers, count, median, 0.5);
    boolean isFrom0 = isOfOneSign && Math.abs(median) <= MAX_DISTANCE * spread;
    double center = isFrom0 ? 0 : median;
    // Small numbers of one sign are apart on a logarithmic scale too.
    double unit = isFrom0 ? distance(numbers, count, 0, 0.25) : spread;
    return Double.isFinite(unit) ? new HeavyTail(center, unit) : null;
  }

  private static double kurtosis(double[] numbers, int count) {
    double mean = 0;
    for (int i = 0; i < count; i++) {
      mean += numbers[i] / count;
    }
    double second = 0;
    double fourth = 0;
    for (int i = 0; i < count; i++) {
      double square = (numbers[i] - mean) * (numbers[i] - mean);
      second += square / count;
      fourth += square * square / count;
    }
    return fourth / (second * second);
  }

  /** Returns a quantile of the distances from the center that are not 0. */
  private static double distance(double[] numbers, int count, double center, double quantile) {
    double[] distances = new double[count];
    int apart = 0;
    for (int i = 0; i < count; i++) {
      double distance = Math.abs(numbers[i] - center);
      if (distance > 0) {
        distances[apart++] = distance;
      }
    }
    Arrays.sort(distances, 0, apart);
    return distances[(int) (quantile * apart)];
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is damaged
   */
  public static HeavyTail read(DataInput in) throws IOException {
    HeavyTail read = new HeavyTail(in.readDouble(), in.readDouble());
    if (!Double.isFinite(read.center) || !(read.unit > 0 && read.unit < Double.POSITIVE_INFINITY)) {
      throw new IOException(
          "scale of a heavy tail: center %s and unit %s; the bytes are damaged"
              .formatted(read.center, read.unit));
    }
    return read;
  }

  /** Writes the scale. */
  public void write(DataOutput out) throws IOException {
    out.writeDouble(center);
    out.writeDouble(unit);
  }

  /** Returns a number on the scale; NaN of NaN. */
  public double scaled(double number) {
    double far = Math.abs((number - center) / unit);
    double scaled = StrictMath.log(far + Math.sqrt(far * far + 1));
    return number < center ? -scaled : scaled;
  }

  /** Returns the number that has this place on the scale. */
  public double unscaled(double scaled) {
    double within = Math.max(-MAX_SCALED, Math.min(MAX_SCALED, scaled));
    return center + unit * StrictMath.sinh(within);
  }
}
