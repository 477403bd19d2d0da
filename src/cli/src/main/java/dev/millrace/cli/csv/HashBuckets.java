package dev.millrace.cli.csv;

import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.FeatureSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the number of buckets of hashed columns: a power of two that grows with the number of
 * values, within a budget for all columns, because each bucket is an input of the network.
 */
public final class HashBuckets {
  public static final int MIN = DeclaredColumns.MIN_BUCKETS;
  static final int MAX = DeclaredColumns.MAX_BUCKETS;

  /** Max buckets of all hashed columns of a pipeline together. */
  public static final int BUDGET = DeclaredColumns.MAX_BUCKETS_ABOVE_MIN;

  private HashBuckets() {}

  /**
   * Returns the smallest power of two from 32 to 1,024 that is not below the number of values.
   *
   * @param values number of distinct values, at least 1
   */
  public static int of(long values) {
    int buckets = MIN;
    while (buckets < values && buckets < MAX) {
      buckets *= 2;
    }
    return buckets;
  }

  /** Halves the widest columns until all hashed columns fit the budget. */
  public static List<FeatureSpec> withinBudget(List<FeatureSpec> features) {
    List<FeatureSpec> fitted = new ArrayList<>(features);
    while (fitted.stream().mapToInt(FeatureSpec::buckets).sum() > BUDGET) {
      int largest = 0;
      for (int f = 1; f < fitted.size(); f++) {
        largest = fitted.get(f).buckets() > fitted.get(largest).buckets() ? f : largest;
      }
      FeatureSpec widest = fitted.get(largest);
      if (widest.buckets() <= MIN) {
        break;
      }
      fitted.set(
          largest,
          new FeatureSpec(
              widest.name(),
              widest.type(),
              widest.nullable(),
              widest.values(),
              widest.buckets() / 2));
    }
    return fitted;
  }
}
