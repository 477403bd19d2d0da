package dev.millrace.cli.init;

import dev.millrace.derived.DerivedState;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Computation;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Since;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records in their order, grouped by model key and perhaps by the value of a field. Derives a
 * feature of them as a job does.
 */
final class RecordGroups {
  private static final String VALUE = "value";
  private static final String GROUP = "group";
  // Hash of a text; of such a column features need only that it is present.
  private static final long PRESENT_TEXT = 1L << 32;

  private final int records;
  private final double @Nullable [] keys;
  private final double @Nullable [] groups;

  /**
   * @param keys model key of each record; null for one key
   * @param groups value of each record; null to group by key alone
   */
  RecordGroups(int records, double @Nullable [] keys, double @Nullable [] groups) {
    this.records = records;
    this.keys = keys;
    this.groups = groups;
  }

  /** Returns the value n present values of the group before; NaN if there is none. */
  double[] lags(double[] values, int steps) {
    return derive(VALUE, new Lags(List.of((long) steps), false, false), values, null);
  }

  /** Returns the differences to the present value of the group before; NaN if there is none. */
  double[] changes(double[] values) {
    return derive(VALUE, new Lags(List.of(1L), false, true), values, null);
  }

  /**
   * Returns the number of earlier records of the group in a window of time.
   *
   * @param times of each record, in milliseconds, as {@code window}
   */
  double[] counts(double[] times, double window) {
    List<Aggregate> count = List.of(Aggregate.COUNT);
    return derive(VALUE, new Window((long) window, Unit.MILLIS, count, 0), times, times);
  }

  /**
   * Returns the seconds since the last record of the group; NaN if there is none.
   *
   * @param times of each record, in milliseconds
   */
  double[] since(double[] times) {
    return derive(null, new Since(), times, times);
  }

  private double[] derive(
      @Nullable String column,
      Computation computation,
      double[] values,
      double @Nullable [] times) {
    List<String> by = groups == null ? List.of() : List.of(GROUP);
    DerivedFeature definition = new DerivedFeature(column, by, computation);
    InputSpec input = InputSpec.DEFAULT.with(to -> to.derived = List.of(definition));
    List<CarriedColumn> columns = input.carried();
    long[] carried = new long[columns.size()];
    Map<Double, DerivedState> states = new HashMap<>();
    double[] derived = new double[records];
    for (int r = 0; r < records; r++) {
      for (int c = 0; c < carried.length; c++) {
        carried[c] = carried(columns.get(c), r, values);
      }
      DerivedState state =
          states.computeIfAbsent(keys == null ? 0 : keys[r], key -> new DerivedState(input));
      long time = times == null ? 0 : (long) times[r];
      float feature = state.compute(carried, time)[0];
      derived[r] = Float.isFinite(feature) ? feature : Double.NaN;
      state.add(carried, time);
    }
    return derived;
  }

  private long carried(CarriedColumn column, int record, double[] values) {
    if (groups != null && column.name().equals(GROUP)) {
      return Double.doubleToLongBits(groups[record]);
    }
    return column.isNumber() ? Double.doubleToRawLongBits(values[record]) : PRESENT_TEXT;
  }
}
