package dev.millrace.cli.evaluate;

import dev.millrace.codec.json.MetricsRecord;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** Means of scores over several keys. */
final class Means {
  private Means() {}

  /** Returns the weight of all examples of a key. */
  static double weight(MetricsRecord key) {
    return key.total().scores().weight();
  }

  /** Returns the mean of a score over the items that have it, weighted by a number. */
  static <T> double of(Collection<T> items, ToDoubleFunction<T> score, ToDoubleFunction<T> weight) {
    double sum = 0;
    double count = 0;
    for (T item : items) {
      double value = score.applyAsDouble(item);
      double n = weight.applyAsDouble(item);
      if (!Double.isNaN(value) && n > 0) {
        sum += n * value;
        count += n;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
