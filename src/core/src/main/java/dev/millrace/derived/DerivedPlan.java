package dev.millrace.derived;

import dev.millrace.input.CarriedColumn;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Computation;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Smoothed;
import dev.millrace.input.DerivedFeature.TimePart;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps derived features to the sources of their values and to their cells. Not thread-safe. */
final class DerivedPlan {
  /** The values of a feature are labels. */
  static final int LABEL = -1;

  /** A feature has no values, only times. */
  static final int TIME = -2;

  /**
   * One derived feature.
   *
   * @param source index of the carried value, {@link #LABEL} or {@link #TIME}
   * @param isNumber true if a carried value is a number, false for a hash
   * @param cellsAt first of its cells in a group
   * @param slot first of its features behind the declared ones
   * @param prior index of the mean over all groups; -1 if the feature needs none
   */
  record Feature(
      Accumulator accumulator, int source, boolean isNumber, int cellsAt, int slot, int prior) {}

  /**
   * Features of records that are grouped alike.
   *
   * @param by indexes of carried hashes, and below 0 the parts of the time, -1 for the first
   * @param stride cells of a group
   */
  record Grouping(int[] by, List<String> names, List<Feature> features, int stride) {
    /** Returns true if the values of a feature are hashes of a carried text. */
    boolean hasHashesOf(int carried) {
      return features.stream()
          .anyMatch(feature -> feature.source() == carried && !feature.isNumber());
    }

    boolean hasLabels() {
      return features.stream().anyMatch(feature -> feature.source() == LABEL);
    }
  }

  private final List<Grouping> groupings = new ArrayList<>();
  private final int width;
  private final int carried;
  private final int limit;
  private int priors;

  DerivedPlan(InputSpec input) {
    carried = input.carried().size();
    width = input.derived().stream().mapToInt(DerivedFeature::width).sum();
    limit = input.limits().groups();
    Map<List<String>, List<Feature>> features = new LinkedHashMap<>();
    Map<List<String>, Integer> strides = new LinkedHashMap<>();
    int slot = 0;
    for (DerivedFeature feature : input.derived()) {
      Accumulator accumulator = accumulator(feature.computation());
      int stride = strides.getOrDefault(feature.by(), 0);
      boolean isNumber = feature.computation().needsNumbers();
      features
          .computeIfAbsent(feature.by(), by -> new ArrayList<>())
          .add(
              new Feature(
                  accumulator,
                  source(feature, input),
                  isNumber,
                  stride,
                  slot,
                  needsPrior(feature) ? priors++ : -1));
      strides.put(feature.by(), stride + accumulator.cells());
      slot += feature.width();
    }
    features.forEach(
        (by, grouped) ->
            groupings.add(
                new Grouping(
                    by.stream().mapToInt(name -> index(name, input)).toArray(),
                    by,
                    List.copyOf(grouped),
                    strides.getOrDefault(by, 0))));
  }

  private static Accumulator accumulator(Computation computation) {
    if (computation instanceof Lags lags) {
      return lags.inTime() ? new TimeLagRings(lags) : new LagRing(lags);
    } else if (computation instanceof Window window) {
      return switch (window.unit()) {
        case RECORDS -> new RecordWindow(window);
        case MILLIS -> new TimeWindow(window);
        case ALL -> new TotalWindow(window);
      };
    }
    return computation instanceof Smoothed smoothed ? new SmoothedMean(smoothed) : new LastTime();
  }

  private static boolean needsPrior(DerivedFeature feature) {
    return feature.computation() instanceof Window window && window.smoothing() > 0;
  }

  private static int source(DerivedFeature feature, InputSpec input) {
    String column = feature.column();
    if (column == null) {
      return TIME;
    }
    return column.equals(input.label())
        ? LABEL
        : input.carried().indexOf(new CarriedColumn(column, feature.computation().needsNumbers()));
  }

  private static int index(String by, InputSpec input) {
    TimePart part = TimePart.ofName(by);
    return part != null
        ? -1 - part.ordinal()
        : input.carried().indexOf(new CarriedColumn(by, false));
  }

  static @Nullable TimePart timePart(int by) {
    return by < 0 ? TimePart.values()[-1 - by] : null;
  }

  List<Grouping> groupings() {
    return groupings;
  }

  /** Returns the number of derived features. */
  int width() {
    return width;
  }

  /** Returns the number of carried values of a record. */
  int carried() {
    return carried;
  }

  /** Returns the max number of groups of a grouping. */
  int limit() {
    return limit;
  }

  /** Returns the number of means over all groups. */
  int priors() {
    return priors;
  }
}
