package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.RecordKind;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.KnownLabels;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ValidationScores;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.prequential.UnlabeledPredictor.Scored;
import dev.millrace.prequential.key.JoinedExample;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.LabelJoin;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.prequential.labels.PendingBuffer;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.prequential.labels.PendingLabel;
import dev.millrace.prequential.rows.DerivedFiller;
import dev.millrace.prequential.rows.HoldoutSplit;
import dev.millrace.prequential.rows.JoinedExamples;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Joins delayed labels to their features, row by row: a label that finds its features becomes an
 * example like any other, but for the prediction that is scored, which is the one made when the
 * features came. Shared by all keys of a thread. Not thread-safe.
 */
final class DelayedLabelJoiner implements RowLearner {
  private static final LabelOutcome[] OUTCOMES = LabelOutcome.values();

  /**
   * A row with features, a label or both.
   *
   * @param time of the record, min 0
   * @param id of the example
   * @param joinId what its features and label are joined by: each pass over a data set has all ids
   *     again
   */
  private record Arrival(Chunk chunk, int row, long time, String id, String joinId) {
    static Arrival of(Chunk chunk, int row, int epoch) {
      String id = Objects.requireNonNull(chunk.id(row), "examples with delayed labels have an id");
      long time = Math.max(0, chunk.windowTime(row));
      return new Arrival(chunk, row, time, id, LabelJoin.joinId(id, epoch));
    }

    RecordKind kind() {
      return chunk.kind(row);
    }

    @Nullable String label() {
      return chunk.isClassification() ? chunk.label(chunk.labelOf(row)) : null;
    }

    double target() {
      return chunk.target(row);
    }
  }

  private final TrainSpec spec;
  private final LateLabels labels;
  private final KeyBudget budget;
  private final ChunkLearner learner;
  private final Rejections rejections;
  private final UnlabeledPredictor predictor;
  private final DerivedFiller derived;
  private final long[] countsBefore = new long[OUTCOMES.length];
  private final JoinedExamples examples;

  DelayedLabelJoiner(
      Stages stages, LateLabels labels, ChunkLearner learner, UnlabeledPredictor predictor) {
    spec = stages.spec();
    budget = stages.budget();
    rejections = stages.rejections();
    derived = stages.derived();
    this.labels = labels;
    this.learner = learner;
    this.predictor = predictor;
    examples = new JoinedExamples(spec.topic());
  }

  /**
   * Returns true if a model can begin with a row. With a label alone it cannot, unless the number
   * of features is declared or that of a stored model.
   */
  @Override
  public boolean canBegin(Chunk chunk, int row) {
    return chunk.kind(row).hasFeatures() || spec.input().width() > 0 || isWarmStart();
  }

  /**
   * Returns a chunk that has as many features as a key's model is to have: the given one, or if it
   * has labels alone an empty one of as many features as are declared.
   */
  @Override
  public Chunk shape(Chunk chunk) {
    return chunk.width() > 0 || isWarmStart()
        ? chunk
        : new Chunk(
            chunk.key(),
            0,
            spec.input().width(),
            0,
            chunk.columns(),
            chunk.epoch(),
            true,
            new String[0],
            new byte[0]);
  }

  private boolean isWarmStart() {
    return spec.model().start() != null;
  }

  /** Joins the rows of a chunk and learns each example that is complete by that. */
  @Override
  public void learn(TrainState state, Chunk chunk, int from, EngineListener listener)
      throws IOException {
    LabelJoin join = state.labels();
    join.copyCounts(countsBefore);
    int epoch = state.model().counters.arrivals.epoch();
    for (int row = from; row < chunk.size(); row++) {
      if (chunk.kind(row).hasFeatures() && chunk.width() != state.model().learner.inputs()) {
        listener.rejected(rejections.letter(chunk, row, rejections.ofWidth(state.model(), chunk)));
      } else {
        learn(state, join, Arrival.of(chunk, row, epoch), listener);
      }
    }
    reportCounts(join, listener);
  }

  private void learn(TrainState state, LabelJoin join, Arrival arrival, EngineListener listener)
      throws IOException {
    PrequentialModel model = state.model();
    budget.begin(state);
    join.advance(arrival.time());
    if (arrival.kind().hasFeatures() || labels.topic() == null) {
      model.counters.arrive(arrival.chunk(), arrival.row());
    }
    JoinedExample timedOut = timedOut(model, join, arrival);
    while (timedOut != null) {
      learn(state, join, timedOut, listener);
      timedOut = timedOut(model, join, arrival);
    }
    JoinedExample joined =
        arrival.kind() == RecordKind.FEATURES
            ? joinFeatures(model, join, arrival, listener)
            : joinLabel(model, join, arrival);
    if (joined != null) {
      learn(state, join, joined, listener);
    }
  }

  private void learn(
      TrainState state, LabelJoin join, JoinedExample joined, EngineListener listener)
      throws IOException {
    estimate(state.model(), join, joined);
    learner.learn(state, joined, listener);
    derived.addLabel(state.model(), joined);
  }

  /** Returns an example whose label did not come in time, with the default label; or null. */
  private @Nullable JoinedExample timedOut(
      PrequentialModel model, LabelJoin join, Arrival arrival) {
    DefaultLabel label = labels.onTimeout();
    if (label == null) {
      return null;
    }
    String labelId = arrival.kind() == RecordKind.FEATURES ? null : arrival.joinId();
    LabelJoin.TimedOut timedOut =
        join.takeTimedOut(isLearnable(model, label.label()), labelId, arrival.time());
    if (timedOut == null) {
      return null;
    }
    fill(timedOut.features(), model.learner.inputs(), arrival);
    String id = idOf(timedOut.id(), model.counters.arrivals.epoch());
    return complete(arrival, id, label.label(), label.target(), timedOut.features());
  }

  private static String idOf(String joinId, int epoch) {
    int end = epoch <= 1 ? -1 : joinId.lastIndexOf('\0');
    return end < 0 ? joinId : joinId.substring(0, end);
  }

  /** A model that was stored before its pipeline named the default label may have other classes. */
  private boolean isLearnable(PrequentialModel model, @Nullable String label) {
    return label == null
        || !model.task.isClassification()
        || model.classes.index(label) >= 0
        || rejections.ofClass(model, label) == null;
  }

  /** Joins features to a label that came before; else predicts, keeps them and returns null. */
  private @Nullable JoinedExample joinFeatures(
      PrequentialModel model, LabelJoin join, Arrival arrival, EngineListener listener) {
    if (join.isDuplicateOfFeatures(arrival.joinId())) {
      return null;
    }
    derived.fill(model, arrival.chunk(), arrival.row());
    PendingLabel label = join.takeLabel(arrival.joinId(), arrival.time());
    if (label != null) {
      fill(arrival);
      return complete(arrival, arrival.id(), label.label(), label.target(), null);
    }
    Chunk chunk = arrival.chunk();
    int row = arrival.row();
    Scored scored = predictor.predict(model, chunk, row, listener);
    PendingFeatures pending =
        new PendingFeatures(
            scored.features(),
            chunk.weight(row),
            arrival.time(),
            chunk.partition(row),
            chunk.offset(row),
            scored.scores(),
            scored.memory(),
            scored.predicted(),
            chunk.group(row),
            derived.carried(chunk, row),
            scored.bound(),
            known(model, chunk, row, scored.features()));
    if (join.estimate != null && pending.predicted() >= 0) {
      join.estimate.predict(confidence(pending), isPositive(model, pending));
    }
    String id = arrival.joinId();
    long before = join.bytes();
    join.keep(id, pending, before + budget.left(PendingBuffer.bytesOf(id, pending)));
    budget.add(join.bytes() - before);
    return null;
  }

  /** Returns what the baselines of the scores predict that the example will count in. */
  private KnownLabels known(PrequentialModel model, Chunk chunk, int row, float[] features) {
    ValidationScores validation = model.part(ValidationScores.class);
    double fraction = spec.metrics().validation().fraction();
    RollingMetrics metrics =
        validation != null && HoldoutSplit.isHeldOut(chunk, row, features, fraction)
            ? validation.metrics()
            : model.metrics;
    return metrics.known(model.classes.size());
  }

  private static float confidence(PendingFeatures pending) {
    return pending.scores()[pending.predicted()];
  }

  private static boolean isPositive(PrequentialModel model, PendingFeatures pending) {
    return model.metrics instanceof ClassificationMetrics metrics
        && pending.predicted() == metrics.positive();
  }

  /** Adds the outcome of a prediction that was made before its label came. */
  private static void estimate(PrequentialModel model, LabelJoin join, JoinedExample joined) {
    PendingFeatures earlier = joined.earlier();
    if (join.estimate != null && earlier != null && earlier.predicted() >= 0) {
      Chunk example = joined.example();
      int actual = model.classes.index(example.label(example.labelOf(0)));
      boolean isRight = actual == earlier.predicted();
      join.estimate.label(confidence(earlier), isPositive(model, earlier), isRight);
    }
  }

  /**
   * Joins a label to features that came before, or to those of its own record; else keeps it and
   * returns null.
   */
  private @Nullable JoinedExample joinLabel(
      PrequentialModel model, LabelJoin join, Arrival arrival) {
    String id = arrival.joinId();
    PendingFeatures pending = join.takeFeatures(id, arrival.time());
    if (pending == null) {
      pending = join.takeImputed(id, arrival.label(), arrival.target(), arrival.time());
    }
    if (pending != null) {
      fill(pending, model.learner.inputs(), arrival);
    } else if (arrival.kind() == RecordKind.EXAMPLE && !join.isSettled(id)) {
      join.complete(id);
      derived.fill(model, arrival.chunk(), arrival.row());
      fill(arrival);
    } else {
      if (!join.isDuplicateOrLateLabel(id)) {
        PendingLabel label = new PendingLabel(arrival.label(), arrival.target(), arrival.time());
        long before = join.bytes();
        join.keep(id, label, before + budget.left(PendingBuffer.bytesOf(id, label)));
        budget.add(join.bytes() - before);
      }
      return null;
    }
    return complete(arrival, arrival.id(), arrival.label(), arrival.target(), pending);
  }

  private void fill(Arrival arrival) {
    examples.setFeatures(arrival.chunk(), arrival.row());
  }

  private void fill(PendingFeatures pending, int inputs, Arrival arrival) {
    examples.setFeatures(pending, inputs, arrival.chunk().timestamp(arrival.row()));
  }

  private JoinedExample complete(
      Arrival arrival,
      String id,
      @Nullable String label,
      double target,
      @Nullable PendingFeatures earlier) {
    examples.setId(id);
    return examples.complete(label, target, arrival.chunk(), arrival.row(), earlier, null);
  }

  /** Starts an epoch of a key; entries that are still pending are not learned. */
  @Override
  public void startEpoch(TrainState state, int epoch, EngineListener listener) {
    LabelJoin join = state.labels();
    join.copyCounts(countsBefore);
    state.model().startEpoch(epoch);
    reportCounts(join, listener);
  }

  /** Reports the outcomes since the counts were copied. */
  private void reportCounts(LabelJoin join, EngineListener listener) {
    for (LabelOutcome outcome : OUTCOMES) {
      long records = join.count(outcome) - countsBefore[outcome.ordinal()];
      if (records > 0) {
        listener.joined(outcome, records);
      }
    }
  }
}
