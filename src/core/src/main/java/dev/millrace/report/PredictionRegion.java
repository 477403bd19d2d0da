package dev.millrace.report;

import dev.millrace.data.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Part of the possible labels that holds the actual one in a given share of cases. */
@PublicApi
public sealed interface PredictionRegion {

  /** Returns the share of cases, above 0 and below 1. */
  double level();

  /**
   * Interval around a predicted value, with its ends.
   *
   * @param low NaN while it is not known, as is the other end
   */
  record Interval(double level, double low, double high) implements PredictionRegion {

    /** Returns true if the ends are known. */
    public boolean isKnown() {
      return !Double.isNaN(low);
    }
  }

  /**
   * Set of classes.
   *
   * @param classes their names, in the order of the outputs; null while they are not known
   */
  record ClassSet(double level, @Nullable List<String> classes) implements PredictionRegion {}
}
