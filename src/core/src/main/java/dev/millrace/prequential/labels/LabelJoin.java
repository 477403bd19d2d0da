package dev.millrace.prequential.labels;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.eval.probability.AccuracyEstimate;
import dev.millrace.input.ErasedId;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins features and labels of one key that came apart: it keeps pending features and labels, and
 * the ids of settled examples, and counts the outcomes. Not thread-safe.
 *
 * <p>Time is the latest time of the key's records in this pass over the data, so time-outs are a
 * function of the key's records alone. If the buffer of features is full, new features are dropped,
 * because pending ones are nearer to their labels: if the oldest were dropped, none would be left
 * to join once labels take longer than it takes to fill the buffer. Of labels, and of the ids of
 * settled examples, the oldest are dropped: their counterparts are most likely lost.
 */
public final class LabelJoin implements State, KeyPart {

  /**
   * An example that is complete or timed out; kept to recognize duplicates.
   *
   * @param imputed features that were learned with the default label, which another label can still
   *     correct; null for other examples
   */
  private record Settled(boolean matched, long time, @Nullable PendingFeatures imputed)
      implements PendingBuffer.Entry {
    private static final int FEATURES_BYTES = 64; // of the object
    private static final int UNMATCHED = 0;
    private static final int MATCHED = 1;
    private static final int IMPUTED = 2;

    @Override
    public long arrayBytes() {
      return imputed == null ? 0 : FEATURES_BYTES + imputed.arrayBytes();
    }

    @Override
    public void write(DataOutput out) throws IOException {
      out.writeByte(imputed != null ? IMPUTED : matched ? MATCHED : UNMATCHED);
      out.writeLong(time);
      if (imputed != null) {
        imputed.write(out);
      }
    }

    static Settled read(DataInput in, Task task, int outputs) throws IOException {
      long kind =
          SizeChecks.require("kind of a settled example", in.readByte(), UNMATCHED, IMPUTED);
      return new Settled(
          kind == MATCHED,
          in.readLong(),
          kind == IMPUTED ? PendingFeatures.read(in, task, outputs) : null);
    }
  }

  /** Features whose label did not come in time, and their id. */
  public record TimedOut(String id, PendingFeatures features) {}

  private final LateLabels spec;
  private final int window;
  private final Task task;
  private final int outputs;
  private final PendingBuffer<PendingFeatures> features;
  private final PendingBuffer<PendingLabel> labels = new PendingBuffer<>(PendingLabel::read);
  private final PendingBuffer<Settled> settled;
  private LabelDelays delays;

  /** Null if the model predicts no probabilities of classes. */
  public final @Nullable AccuracyEstimate estimate;

  private final long[] counts = new long[LabelOutcome.values().length];
  private long time;
  private long records;
  private long reported;

  /**
   * @param window delays that quantiles are of, and predictions whose accuracy is estimated
   * @param task of the model
   * @param outputs of the model, max scores of features that are read
   * @param estimates true if accuracy is estimated
   */
  public LabelJoin(LateLabels spec, int window, Task task, int outputs, boolean estimates) {
    this.spec = spec;
    this.window = window;
    this.task = task;
    this.outputs = outputs;
    features = new PendingBuffer<>(in -> PendingFeatures.read(in, task, outputs));
    settled = new PendingBuffer<>(in -> Settled.read(in, task, outputs));
    delays = new LabelDelays(window);
    estimate = estimates ? new AccuracyEstimate(window) : null;
  }

  /** Returns what the features and the label of an example are joined by in a pass. */
  public static String joinId(String id, int epoch) {
    return epoch <= 1 ? id : id + '\0' + epoch;
  }

  /** Copies the number of each outcome, by its ordinal. */
  public void copyCounts(long[] into) {
    System.arraycopy(counts, 0, into, 0, counts.length);
  }

  /** Returns the number of records with an outcome. */
  public long count(LabelOutcome outcome) {
    return counts[outcome.ordinal()];
  }

  /**
   * Advances time to that of the key's next record, min 0, and settles entries that timed out.
   * Features to be learned with the default label stay, for {@link #takeTimedOut}.
   */
  public void advance(long recordTime) {
    records++;
    time = Math.max(time, recordTime);
    long first = time - spec.timeoutMillis();
    while (spec.onTimeout() == null && features.hasOlderThan(first)) {
      add(LabelOutcome.TIMED_OUT);
      settle(features.takeOldest().getKey(), false);
    }
    while (labels.hasOlderThan(first)) {
      add(LabelOutcome.WITHOUT_FEATURES);
      labels.takeOldest();
    }
    while (settled.hasOlderThan(first)) {
      settled.takeOldest();
    }
  }

  /**
   * Starts another pass over the data, whose time starts again; pending entries of the pass before
   * are settled and not learned.
   */
  @Override
  public void startEpoch(int last) {
    for (; features.size() > 0; features.takeOldest()) {
      add(LabelOutcome.TIMED_OUT);
    }
    for (; labels.size() > 0; labels.takeOldest()) {
      add(LabelOutcome.WITHOUT_FEATURES);
    }
    while (settled.size() > 0) {
      settled.takeOldest();
    }
    time = 0;
  }

  /**
   * Removes and returns features that timed out and are to be learned with the default label; null
   * if there are none. Called after {@link #advance} until it returns null.
   *
   * @param mayLearn true if the model can learn that label; else the features are dropped
   * @param labelId the example whose label comes now, or null: its features may have timed out
   *     behind others of a later time
   */
  public @Nullable TimedOut takeTimedOut(
      boolean mayLearn, @Nullable String labelId, long labelTime) {
    if (spec.onTimeout() == null) {
      return null;
    }
    while (features.hasOlderThan(time - spec.timeoutMillis())) {
      Map.Entry<String, PendingFeatures> oldest = features.takeOldest();
      if (mayLearn) {
        return imputed(oldest.getKey(), oldest.getValue());
      }
      add(LabelOutcome.TIMED_OUT);
      settle(oldest.getKey(), false);
    }
    PendingFeatures ofLabel = labelId == null ? null : features.get(labelId);
    if (!mayLearn
        || labelId == null
        || ofLabel == null
        || labelTime - ofLabel.time() <= spec.timeoutMillis()) {
      return null;
    }
    features.take(labelId);
    return imputed(labelId, ofLabel);
  }

  private TimedOut imputed(String id, PendingFeatures pending) {
    add(LabelOutcome.IMPUTED);
    settle(id, new Settled(false, time, pending));
    return new TimedOut(id, pending);
  }

  /**
   * Removes and returns the features that were learned with the default label, of an example whose
   * own label comes now and differs; null if there are none.
   */
  public @Nullable PendingFeatures takeImputed(
      String id, @Nullable String label, double target, long labelTime) {
    Settled known = settled.get(id);
    PendingFeatures imputed = known == null ? null : known.imputed();
    DefaultLabel onTimeout = spec.onTimeout();
    if (imputed == null || onTimeout == null || onTimeout.matches(label, target)) {
      return null;
    }
    settled.take(id);
    add(LabelOutcome.CORRECTED);
    delays.add(Math.max(0, labelTime - imputed.time()));
    settle(id, true);
    return imputed;
  }

  /** Returns true, and counts these, if features with this id have come before. */
  public boolean isDuplicateOfFeatures(String id) {
    boolean known = features.has(id) || settled.has(id);
    if (known) {
      add(LabelOutcome.DUPLICATE_FEATURES);
    }
    return known;
  }

  /**
   * Removes and returns the label of features that come now, and settles the example; null if there
   * is none or it timed out.
   */
  public @Nullable PendingLabel takeLabel(String id, long featuresTime) {
    PendingLabel label = labels.take(id);
    if (label == null) {
      return null;
    }
    if (featuresTime - label.time() > spec.timeoutMillis()) {
      add(LabelOutcome.WITHOUT_FEATURES); // it waited behind others of a later time
      return null;
    }
    match(id, label.time() - featuresTime);
    return label;
  }

  /**
   * Keeps features that are new until their label comes, if there is room.
   *
   * @param maxBytes of all pending entries
   */
  public void keep(String id, PendingFeatures pending, long maxBytes) {
    long needed = PendingBuffer.bytesOf(id, pending);
    forgetSettled(maxBytes - needed);
    if (features.size() >= spec.maxPending() || bytes() + needed > maxBytes) {
      add(LabelOutcome.DROPPED_FEATURES);
      settle(id, false);
    } else {
      features.add(id, pending);
    }
  }

  /**
   * Removes and returns the features of a label that comes now, and settles the example; null if
   * there are none or they timed out.
   */
  public @Nullable PendingFeatures takeFeatures(String id, long labelTime) {
    PendingFeatures pending = features.take(id);
    if (pending == null) {
      return null;
    }
    if (labelTime - pending.time() > spec.timeoutMillis()) {
      add(LabelOutcome.TIMED_OUT); // they waited behind others of a later time
      settle(id, false);
      return null;
    }
    match(id, labelTime - pending.time());
    return pending;
  }

  /** Returns the features that wait for their label; null if there are none. */
  public @Nullable PendingFeatures pendingFeatures(String id) {
    return features.get(id);
  }

  /** Returns true if an example with this id is settled. */
  public boolean isSettled(String id) {
    return settled.has(id);
  }

  /** Returns true, and counts it, if a label with this id came before or comes too late. */
  public boolean isDuplicateOrLateLabel(String id) {
    Settled known = settled.get(id);
    if (known != null) {
      add(known.matched() ? LabelOutcome.DUPLICATE_LABELS : LabelOutcome.LATE);
    } else if (labels.has(id)) {
      add(LabelOutcome.DUPLICATE_LABELS);
    }
    return known != null || labels.has(id);
  }

  /**
   * Keeps a label that is new until its features come; the oldest are dropped if the buffer is
   * full.
   *
   * @param maxBytes of all pending entries
   */
  public void keep(String id, PendingLabel label, long maxBytes) {
    labels.add(id, label);
    forgetSettled(maxBytes);
    while (labels.size() > spec.maxPending() || (bytes() > maxBytes && labels.size() > 0)) {
      labels.takeOldest();
      add(LabelOutcome.DROPPED_LABELS);
    }
  }

  /** Records an example that came with its label and had no pending features. */
  public void complete(String id) {
    if (labels.take(id) != null) {
      add(LabelOutcome.DUPLICATE_LABELS);
    }
    add(LabelOutcome.COMPLETE);
    settle(id, true);
  }

  /**
   * Drops features with an id that wait for their label, or for another label than the default one.
   * A label that comes for them finds none.
   */
  @Override
  public long erasePending(ErasedId id) {
    return (long) features.removeIf(pending -> pending.has(id))
        + settled.removeIf(one -> one.imputed() != null && one.imputed().has(id));
  }

  @Override
  public int pending() {
    return features.size() + labels.size();
  }

  private void match(String id, long delay) {
    add(LabelOutcome.MATCHED);
    delays.add(Math.max(0, delay));
    settle(id, true);
  }

  private void settle(String id, boolean matched) {
    settle(id, new Settled(matched, time, null));
  }

  private void settle(String id, Settled example) {
    settled.add(id, example);
    if (settled.size() > spec.maxPending()) {
      settled.takeOldest();
    }
  }

  private void forgetSettled(long maxBytes) {
    while (bytes() > maxBytes && settled.size() > 0) {
      settled.takeOldest();
    }
  }

  private void add(LabelOutcome outcome) {
    counts[outcome.ordinal()]++;
  }

  @Override
  public boolean hasRecords() {
    return records > 0;
  }

  @Override
  public boolean hasUnreported() {
    return records > reported;
  }

  @Override
  public void report(MetricsReport.Draft report) {
    report.labels = report();
    report.estimate = estimate == null ? null : estimate.report(report.hasPositive);
  }

  /** Returns the report; {@link #hasUnreported} is false after it. */
  public MetricsReport.Labels report() {
    reported = records;
    return new MetricsReport.Labels(
        features.size(),
        labels.size(),
        count(LabelOutcome.MATCHED),
        count(LabelOutcome.COMPLETE),
        count(LabelOutcome.TIMED_OUT),
        count(LabelOutcome.WITHOUT_FEATURES),
        count(LabelOutcome.DUPLICATE_FEATURES),
        count(LabelOutcome.DUPLICATE_LABELS),
        count(LabelOutcome.DROPPED_FEATURES),
        count(LabelOutcome.DROPPED_LABELS),
        count(LabelOutcome.LATE),
        count(LabelOutcome.IMPUTED),
        count(LabelOutcome.CORRECTED),
        delays.report());
  }

  /** Returns the estimated bytes of all entries. */
  public long bytes() {
    return features.bytes() + labels.bytes() + settled.bytes();
  }

  @Override
  public long memoryBytes() {
    return bytes() + delays.memoryBytes() + (estimate == null ? 0 : estimate.memoryBytes());
  }

  @Override
  public LabelJoin copy() {
    return State.copy(this, new LabelJoin(spec, window, task, outputs, estimate != null));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    time = v.number(time);
    records = v.number(records);
    reported = v.number(reported);
    v.numbers(counts, 0, v.count("outcomes of labels", counts.length, counts.length, Long.BYTES));
    features.visit(v);
    labels.visit(v);
    settled.visit(v);
    delays =
        v.custom(delays, LabelDelays::write, in -> LabelDelays.read(in, window), LabelDelays::copy);
    v.optional(estimate, () -> new AccuracyEstimate(window));
  }
}
