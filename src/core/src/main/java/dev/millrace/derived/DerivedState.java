package dev.millrace.derived;

import dev.millrace.data.IdHash;
import dev.millrace.derived.DerivedPlan.Feature;
import dev.millrace.derived.DerivedPlan.Grouping;
import dev.millrace.input.DerivedFeature.TimePart;
import dev.millrace.input.ErasedId;
import dev.millrace.input.InputSpec;
import dev.millrace.state.Evictable;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * State of a model key from which features of its next records are derived. Not thread-safe.
 *
 * <p>For each record with features: {@link #compute}, then {@link #add}. Each label is added when
 * it comes, with {@link #addLabel}. Time goes by the records and never back: a record of an earlier
 * event time than one before it counts as if it came at that one's time.
 */
public final class DerivedState implements State, KeyPart {
  private static final long NO_GROUP = 0x6B65794F6E6C79L;
  private static final int CELLS_OF_PRIOR = 2;

  private final DerivedPlan plan;
  private final List<GroupTable> tables;
  // Count and mean of the values of each feature that is smoothed.
  private final double[] priors;
  private final float[] row;
  private double time;
  private double labelTime;
  private long records;

  /** Creates state without records of the derived features of an input. */
  public DerivedState(InputSpec input) {
    this(new DerivedPlan(input));
  }

  private DerivedState(DerivedPlan plan) {
    this.plan = plan;
    tables = new ArrayList<>();
    for (Grouping grouping : plan.groupings()) {
      tables.add(new GroupTable(grouping.stride(), plan.limit()));
    }
    priors = new double[CELLS_OF_PRIOR * plan.priors()];
    row = new float[plan.width()];
  }

  @Override
  public DerivedState copy() {
    return State.copy(this, new DerivedState(plan));
  }

  /**
   * Computes the features of a record from what came before.
   *
   * @param carried of the record, in the order of {@link InputSpec#carried}
   * @param eventTime of the record, milliseconds since the epoch
   * @return the features, in an array that the next call fills again
   */
  public float[] compute(long[] carried, long eventTime) {
    double now = Math.max(time, (double) eventTime);
    for (int g = 0; g < tables.size(); g++) {
      Grouping grouping = plan.groupings().get(g);
      double[] cells = tables.get(g).find(hash(grouping, carried, now));
      List<Feature> features = grouping.features();
      for (int f = 0; f < features.size(); f++) {
        Feature feature = features.get(f);
        feature
            .accumulator()
            .compute(
                cells,
                feature.cellsAt(),
                now,
                own(feature, carried),
                prior(feature),
                row,
                feature.slot());
      }
    }
    return row;
  }

  private static double own(Feature feature, long[] carried) {
    return feature.source() < 0 ? Double.NaN : value(feature, carried);
  }

  private double prior(Feature feature) {
    int at = CELLS_OF_PRIOR * feature.prior();
    return at < 0 || priors[at] == 0 ? Double.NaN : priors[at + 1];
  }

  /** Adds a record with features, whose own features were computed before. */
  public void add(long[] carried, long eventTime) {
    time = Math.max(time, (double) eventTime);
    records++;
    for (int g = 0; g < tables.size(); g++) {
      Grouping grouping = plan.groupings().get(g);
      double[] cells = null;
      List<Feature> features = grouping.features();
      for (int f = 0; f < features.size(); f++) {
        Feature feature = features.get(f);
        double value = feature.source() == DerivedPlan.TIME ? time : own(feature, carried);
        if (!Double.isNaN(value)) {
          cells = cells == null ? tables.get(g).use(hash(grouping, carried, time)) : cells;
          add(feature, cells, time, value);
        }
      }
    }
  }

  /**
   * Adds the label of a record.
   *
   * @param carried of the record
   * @param eventTime of the record, not of its label
   * @param label a number; NaN adds nothing
   */
  public void addLabel(long[] carried, long eventTime, double label) {
    if (Double.isNaN(label)) {
      return;
    }
    labelTime = Math.max(labelTime, (double) eventTime);
    for (int g = 0; g < tables.size(); g++) {
      Grouping grouping = plan.groupings().get(g);
      if (!grouping.hasLabels()) {
        continue;
      }
      // By the record's own time: the hour that the label is of.
      double[] cells = tables.get(g).use(hash(grouping, carried, (double) eventTime));
      List<Feature> features = grouping.features();
      for (int f = 0; f < features.size(); f++) {
        Feature feature = features.get(f);
        if (feature.source() == DerivedPlan.LABEL) {
          add(feature, cells, labelTime, label);
        }
      }
    }
  }

  private void add(Feature feature, double[] cells, double at, double value) {
    feature.accumulator().add(cells, feature.cellsAt(), at, value);
    int prior = CELLS_OF_PRIOR * feature.prior();
    if (prior >= 0) {
      priors[prior]++;
      priors[prior + 1] += (value - priors[prior + 1]) / priors[prior];
    }
  }

  private static double value(Feature feature, long[] carried) {
    long bits = carried[feature.source()];
    if (feature.isNumber()) {
      return Double.longBitsToDouble(bits);
    }
    return bits == 0 ? Double.NaN : bits >>> 11; // as many bits as a double has exactly
  }

  private static long hash(Grouping grouping, long[] carried, double now) {
    int[] by = grouping.by();
    if (by.length == 0) {
      return NO_GROUP;
    }
    long hash = component(by[0], carried, now);
    for (int i = 1; i < by.length; i++) {
      hash = IdHash.ofPair(hash, component(by[i], carried, now));
    }
    return hash;
  }

  private static long component(int by, long[] carried, double now) {
    TimePart part = DerivedPlan.timePart(by);
    return part == null ? carried[by] : part.of((long) now);
  }

  @Override
  public void startEpoch(int last) {
    if (last > 0) {
      clear(); // the times start again
    }
  }

  /** Forgets all records. */
  public void clear() {
    for (GroupTable table : tables) {
      table.clear();
    }
    Arrays.fill(priors, 0);
    time = 0;
    labelTime = 0;
    records = 0;
  }

  /**
   * Forgets the groups of an id. The hash of a group by several columns does not contain the id,
   * and a group does not list its records, so all such groups are forgotten.
   *
   * @return number of groups forgotten
   */
  @Override
  public long erase(ErasedId id) {
    long erased = 0;
    for (int g = 0; g < tables.size(); g++) {
      Grouping grouping = plan.groupings().get(g);
      boolean isBy = grouping.names().contains(id.column());
      boolean isValue = id.carried() >= 0 && grouping.hasHashesOf(id.carried());
      if (isValue || (isBy && grouping.names().size() > 1)) {
        erased += tables.get(g).clear();
      } else if (isBy) {
        erased += tables.get(g).remove(id.hash());
      }
    }
    return erased;
  }

  /** Returns the groups of records for each list of columns, without that of all records. */
  @Override
  public List<Evictable> evictables() {
    List<Evictable> groups = new ArrayList<>();
    for (int g = 0; g < tables.size(); g++) {
      if (!plan.groupings().get(g).names().isEmpty()) {
        groups.add(tables.get(g));
      }
    }
    return groups;
  }

  /** Returns the time of the last record, milliseconds since the epoch; 0 if there was none. */
  public long time() {
    return (long) time;
  }

  /** Returns the number of records so far. */
  public long records() {
    return records;
  }

  /** Returns the bytes of one group of records, by the columns that they are grouped by. */
  public static Map<List<String>, Long> groupBytes(InputSpec input) {
    Map<List<String>, Long> bytes = new LinkedHashMap<>();
    for (Grouping grouping : new DerivedPlan(input).groupings()) {
      bytes.put(grouping.names(), GroupTable.bytesOfGroup(grouping.stride()));
    }
    return bytes;
  }

  @Override
  public long memoryBytes() {
    long bytes = 0;
    for (GroupTable table : tables) {
      bytes += table.memoryBytes();
    }
    return bytes + (long) (priors.length + row.length) * Double.BYTES;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    time = v.number(time);
    labelTime = v.number(labelTime);
    records = v.number(records);
    v.numbers(priors);
    for (int g = 0; g < tables.size(); g++) {
      GroupTable table = tables.get(g);
      tables.set(g, v.custom(table, GroupTable::write, table::read, GroupTable::copy));
    }
  }
}
