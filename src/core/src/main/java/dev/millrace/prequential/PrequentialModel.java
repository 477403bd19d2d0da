package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassCounts;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RegressionMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ScoredClass;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The model of one key and how well it does: the learner with its pending mini-batch, the metrics,
 * the class names, the offsets seen. Each example is predicted and scored before it is learned
 * (prequential evaluation). Not thread-safe.
 */
final class PrequentialModel {
  // Some 30 objects and the headers of their arrays; a name in a list and a hash table.
  private static final int OBJECT_BYTES = 2_048;
  private static final int CLASS_NAME_BYTES = 128;

  private final Task task;
  private int columns;
  private final boolean probabilities;
  private final boolean balanced; // whether the classes' weights are to be made the same
  // Null if the pipeline does not look for drift.
  private final DriftMonitor drift;
  private OnlineModel learner;
  private final ClassNames classes;
  private final RollingMetrics metrics;
  private final KeyCounters counters;

  // Null if no example is held out.
  private final ValidationScores validation;

  /** Creates the model of a key whose first example is in the chunk. */
  PrequentialModel(TrainSpec spec, Chunk chunk, Workspace workspace) {
    task = spec.task(chunk.isClassification());
    columns = ModelFormat.columns(spec.input(), workspace);
    probabilities = Models.givesProbabilities(spec.model(), task);
    balanced = spec.model().classWeights().balanced();
    ModelStart start = spec.model().start();
    classes = new ClassNames(start == null ? spec.input().classes() : start.classes());
    int inputs = start == null ? chunk.width() : start.inputs();
    if (start != null) {
      addMissing(spec.input().classes());
    }
    Indicators found = Indicators.last(chunk.indicators(), chunk.width());
    learner = fresh(spec, chunk.key(), inputs, found, workspace);
    metrics = RollingMetrics.of(task, spec.metrics());
    nameClasses();
    counters = new KeyCounters();
    validation = validation(spec);
    drift = spec.drift() == null ? null : new DriftMonitor(spec.drift());
  }

  /** Creates a model from stored parts that belong together. */
  PrequentialModel(
      TrainSpec spec,
      Task task,
      int columns,
      ClassNames classes,
      RollingMetrics metrics,
      OnlineModel learner,
      DriftMonitor drift,
      ValidationScores validation,
      KeyCounters counters) {
    this.task = task;
    this.classes = classes;
    this.metrics = metrics;
    this.learner = learner;
    this.drift = drift;
    this.counters = counters;
    this.columns = columns;
    probabilities = Models.givesProbabilities(spec.model(), task);
    balanced = spec.model().classWeights().balanced();
    nameClasses();
    if (drift != null) {
      drift.resume(learner);
    }
    boolean isHeldOut = spec.metrics().validation().fraction() != 0;
    this.validation = isHeldOut && validation != null ? validation : validation(spec);
    if (this.validation != null) {
      this.validation.nameClasses(classes.list());
    }
  }

  private ValidationScores validation(TrainSpec spec) {
    if (spec.metrics().validation().fraction() == 0) {
      return null;
    }
    ValidationScores fresh = new ValidationScores(task, spec.metrics());
    fresh.nameClasses(classes.list());
    return fresh;
  }

  /**
   * Makes the models as large as the settings say; they predict the same.
   *
   * @throws ModelMismatchException if they do not grow into that
   */
  void expand(TrainSpec spec, Workspace workspace) throws ModelMismatchException {
    columns = ModelFormat.columns(spec.input(), workspace);
    learner = StateExpansion.expanded(learner, spec, task, workspace);
    if (drift != null) {
      drift.expand(spec, task, workspace);
      drift.resume(learner);
    }
  }

  /**
   * Returns a model of the known classes that has learned nothing.
   *
   * @param found indicators if no feature is declared
   */
  private OnlineModel fresh(
      TrainSpec spec, String key, int inputs, Indicators found, Workspace workspace) {
    ModelStart start = spec.model().start();
    ModelSpec model = start == null ? spec.model().withUndeclared(found) : spec.model();
    int first = start == null ? classes.size() : start.classes().size();
    OnlineModel fresh = Models.create(model, task, inputs, first, seed(key), workspace);
    while (fresh.classes() < classes.size() && task.isClassification()) {
      fresh.addClass();
    }
    return fresh;
  }

  private PrequentialModel(PrequentialModel other) {
    task = other.task;
    columns = other.columns;
    probabilities = other.probabilities;
    balanced = other.balanced;
    learner = other.learner.copy();
    drift = other.drift == null ? null : other.drift.copy();
    if (drift != null) {
      drift.resume(learner);
    }
    classes = other.classes.copy();
    metrics = other.metrics.copy();
    counters = other.counters.copy();
    validation = other.validation == null ? null : other.validation.copy();
  }

  /** Returns the estimated bytes in memory, of the arrays and all around them. */
  long memoryBytes() {
    return OBJECT_BYTES
        + learner.memoryBytes()
        + metrics.memoryBytes(classes.size())
        + (drift == null ? 0 : drift.memoryBytes())
        + (validation == null ? 0 : validation.memoryBytes(classes.size()))
        + (long) classes.size() * CLASS_NAME_BYTES;
  }

  /** Returns a deep copy. */
  PrequentialModel copy() {
    return new PrequentialModel(this);
  }

  private void nameClasses() {
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes.list());
    }
  }

  private void addMissing(List<String> declared) {
    for (String name : declared) {
      if (classes.index(name) < 0) {
        classes.add(name);
      }
    }
  }

  Task task() {
    return task;
  }

  /** Hash of the columns that the model is trained on. */
  int columns() {
    return columns;
  }

  OnlineModel learner() {
    return learner;
  }

  RollingMetrics metrics() {
    return metrics;
  }

  /** Returns null if the pipeline has no drift detector. */
  DriftMonitor drift() {
    return drift;
  }

  /** Returns null if no example is held out. */
  ValidationScores validation() {
    return validation;
  }

  KeyCounters counters() {
    return counters;
  }

  /** Returns champion and challengers, or null if there is one model. */
  ChampionChallenger selection() {
    return learner instanceof ChampionChallenger selection ? selection : null;
  }

  /** Name of the model that answers, null if there is but one. */
  String champion() {
    return learner instanceof ChampionChallenger selection ? selection.champion() : null;
  }

  ClassNames classes() {
    return classes;
  }

  long examples() {
    return counters.examples;
  }

  /** Returns true if its scores are probabilities of classes. */
  boolean hasProbabilities() {
    return probabilities;
  }

  /** Returns {@link TrainState#timestamp}. */
  long timestamp() {
    return counters.timestamp;
  }

  /** Returns the event time of the last example, milliseconds since the epoch. */
  long eventTime() {
    return counters.eventTime;
  }

  /** Returns true if examples have come since the last report. */
  boolean hasUnreported() {
    return counters.hasUnreported();
  }

  /** Returns the number of examples so far, those held out included. */
  long seq() {
    return counters.seq();
  }

  /** Returns the current pass over a bounded data set; 0 if passes are not counted. */
  int epoch() {
    return counters.epoch;
  }

  /**
   * Ends the epoch; what it says then is to be reported if that is the end of learning alone.
   *
   * @return whether no more epochs are learned from now on
   */
  boolean endEpoch() {
    return validation != null && counters.epoch > 0 && validation.endEpoch(counters.epoch);
  }

  void startEpoch(int epoch) {
    if (validation != null && counters.epoch > 0) {
      validation.startEpoch(classes.list());
    }
    counters.epoch = epoch;
  }

  /** Returns true if learning has ended, because the validation loss stopped falling. */
  boolean isStopped() {
    return validation != null && validation.isStopped();
  }

  /**
   * Scores the prediction for an example that is held out, of a known class, and learns nothing.
   * After the last epoch, whose scores are final, it only predicts.
   *
   * @param earlier features with their prediction that counts; null for the one made now
   */
  void validate(
      Chunk chunk, int row, ChunkClasses labels, PendingFeatures earlier, RowBatch batch) {
    batch.copyFeatures(chunk, row, row + 1);
    batch.ensureCapacity(1, learner.outputs());
    learner.use(batch.workspace);
    learner.predict(batch.features, 0, batch.scores);
    double target = chunk.target(row);
    float weight = chunk.weight(row);
    long time = windowTime(chunk, row);
    if (validation.metrics() instanceof ClassificationMetrics classification) {
      int known = classes.size();
      int actual = labels.index((int) target);
      if (batch.score(0, known, probabilities, actual, earlier, 0)) {
        batch.scored.loss = batch.scoredLoss(probabilities, known);
        ((ClassificationMetrics) metrics).decide(batch.scored);
        batch.predicted = batch.scored.predicted;
        if (!isStopped()) {
          classification.update(batch.scored, weight, time);
        }
      } else if (!isStopped()) {
        classification.observe(actual, weight);
      }
    } else if (validation.metrics() instanceof RegressionMetrics regression && !isStopped()) {
      double predicted = batch.scoredValue(0, earlier);
      double difference = predicted - target;
      if (isPrediction(predicted, learner.examples(), earlier)) {
        regression.update(target, predicted, difference * difference, weight, time);
      } else {
        regression.observe(target, weight);
      }
    }
    counters.validated++;
    record(chunk, row);
  }

  /**
   * Scores the predictions for examples of known classes, rows {@code from} to below {@code to},
   * and learns from them, each before the next.
   *
   * @param earlier features with their prediction that counts, of a single row; null for those made
   *     now
   */
  void learnClasses(
      Chunk chunk, int from, int to, ChunkClasses labels, PendingFeatures earlier, RowBatch batch) {
    int known = classes.size();
    batch.copyClasses(chunk, from, to, labels, known);
    ClassificationMetrics classification = (ClassificationMetrics) metrics;
    if (balanced) {
      batch.balance.begin(classification, known);
      for (int r = 0; r < to - from; r++) {
        batch.balance.add(batch.classes[r], chunk.weight(from + r));
        batch.weights[r] *= batch.balance.factor(batch.classes[r]);
      }
    }
    learner.use(batch.workspace);
    learner.learnClasses(
        batch.features, 0, to - from, batch.classes, batch.weights, batch.scores, batch.losses);
    ScoredClass scored = batch.scored;
    for (int r = 0; r < to - from; r++) {
      int row = from + r;
      int actual = batch.classes[r];
      if (batch.score(r, known, probabilities, actual, earlier, batch.losses[r])) {
        classification.update(scored, chunk.weight(row), windowTime(chunk, row));
        batch.predicted = scored.predicted;
        batch.error = scored.predicted == scored.actual ? 0 : 1;
      } else {
        observe(classification, actual, chunk.weight(row), batch);
      }
      learned(chunk, row);
    }
    if (drift != null) {
      drift.learnClass(batch, batch.classes[0], batch.weights[0]);
    }
  }

  /**
   * Learns from the first example of a class. What the model predicted for it is wrong; then the
   * output layer grows.
   *
   * @param earlier features with their prediction that counts; null for the one made now
   */
  void learnNewClass(
      Chunk chunk, int row, ChunkClasses labels, PendingFeatures earlier, RowBatch batch) {
    int label = chunk.labelOf(row);
    int known = classes.size();
    ClassificationMetrics classification = (ClassificationMetrics) metrics;
    classes.add(chunk.label(label));
    labels.add(label, known);
    batch.copyFeatures(chunk, row, row + 1);
    batch.ensureCapacity(1, known + 1);
    learner.use(batch.workspace);
    classification.nameClasses(classes.list());
    if (validation != null) {
      validation.nameClasses(classes.list());
    }
    if (known == 0) {
      observe(classification, 0, chunk.weight(row), batch);
    } else {
      learner.predict(batch.features, 0, batch.scores);
      if (batch.score(0, known, probabilities, known, earlier, 0)) {
        batch.error = 1;
        // With an output of 0 for the new class.
        batch.scored.loss = batch.scoredLoss(probabilities, known + 1);
        classification.update(batch.scored, chunk.weight(row), windowTime(chunk, row));
        batch.predicted = batch.scored.predicted;
      } else {
        observe(classification, known, chunk.weight(row), batch);
      }
    }
    learner.addClass();
    if (drift != null) {
      drift.addClass();
    }
    float weight = chunk.weight(row) * labels.weight(label);
    if (balanced) {
      batch.balance.begin(classification, known + 1);
      weight *= batch.balance.factor(known);
    }
    learner.learnClass(batch.features, 0, known, weight, batch.unpublished(known + 1));
    learned(chunk, row);
    if (drift != null) {
      drift.learnClass(batch, known, weight);
    }
  }

  /** Records the class of an example that nothing could be predicted for. */
  private static void observe(
      ClassificationMetrics classification, int actual, float weight, RowBatch batch) {
    classification.observe(actual, weight);
    batch.error = Double.NaN;
    batch.predicted = ClassCounts.NO_PREDICTION;
  }

  /**
   * Predicts for features whose label comes later, into the scores and features of the batch.
   *
   * @return index of the predicted class, -1 if none is known and for a number
   */
  int predict(Chunk chunk, int row, RowBatch batch) {
    batch.copyFeatures(chunk, row, row + 1);
    batch.ensureCapacity(1, learner.outputs());
    if (learner.outputs() == 0) {
      return ClassCounts.NO_PREDICTION;
    }
    learner.use(batch.workspace);
    learner.predictNext(batch.features, 0, batch.scores);
    if (metrics instanceof ClassificationMetrics classification) {
      batch.scored.set(batch.scores, 0, learner.outputs(), probabilities, 0);
      classification.decide(batch.scored);
      return batch.scored.predicted;
    }
    return ClassCounts.NO_PREDICTION;
  }

  /** Scores and learns as {@link #learnClasses} does, examples with a target. */
  void learnValues(Chunk chunk, int from, int to, PendingFeatures earlier, RowBatch batch) {
    batch.copyValues(chunk, from, to);
    long learnedBefore = learner.examples();
    learner.use(batch.workspace);
    learner.learnValues(
        batch.features, 0, to - from, batch.targets, batch.weights, batch.scores, batch.losses);
    RegressionMetrics regression = (RegressionMetrics) metrics;
    for (int r = 0; r < to - from; r++) {
      int row = from + r;
      batch.error = Math.min(1, batch.losses[r]);
      double value = batch.scoredValue(r, earlier);
      if (isPrediction(value, learnedBefore + r, earlier)) {
        regression.update(
            batch.targets[r],
            value,
            batch.scoredValueLoss(r, earlier),
            batch.weights[r],
            windowTime(chunk, row));
      } else {
        regression.observe(batch.targets[r], batch.weights[r]);
      }
      learned(chunk, row);
    }
    if (drift != null) {
      drift.learnValue(batch, batch.targets[0], batch.weights[0]);
    }
  }

  /**
   * Returns true if a value is a prediction, be it the NaN of a broken model. Before its first
   * target a model has none, which is NaN too, and so may be one that was made earlier.
   *
   * @param learned examples that the model had learned from
   */
  private static boolean isPrediction(double value, long learned, PendingFeatures earlier) {
    return !Double.isNaN(value) || (learned > 0 && earlier == null);
  }

  /**
   * Whether steps have been left out since this was last asked. It is asked where it is a function
   * of the data alone: after every report that the number of examples calls for.
   */
  boolean takeUnreportedSkips() {
    long skipped = learner.skippedSteps();
    boolean isNew = skipped > counters.reportedSkips;
    counters.reportedSkips = skipped;
    return isNew;
  }

  /**
   * Updates the drift detector after an example that was learned alone, and acts.
   *
   * @param error how wrong the prediction of that example was, 0 to 1, or NaN
   * @return a drift, a warning that was none before, or nothing
   */
  DriftSignal detectDrift(TrainSpec spec, String key, double error, Workspace workspace) {
    DriftSignal signal = drift.update(error);
    if (drift.isAlert()) {
      OnlineModel before = learner;
      learner =
          drift.act(
              before, () -> fresh(spec, key, before.inputs(), before.indicators(), workspace));
      // Another model counts from the start, and so do those of a selection that restart.
      counters.reportedSkips =
          learner == before ? Math.min(counters.reportedSkips, learner.skippedSteps()) : 0;
    }
    return signal;
  }

  /** Returns the number of drifts so far, 0 without a detector. */
  long drifts() {
    return drift == null ? 0 : drift.drifts();
  }

  /** Returns true if there is a detector and it suspects a drift now. */
  boolean isWarned() {
    return drift != null && drift.isWarned();
  }

  /**
   * What windows of time go by: the event time, but not later than the record's timestamp, if it
   * has one. One event time from the far future would leave all later examples out of the window.
   */
  static long windowTime(Chunk chunk, int row) {
    long claimed = chunk.eventTime(row);
    long recorded = chunk.timestamp(row);
    return recorded < 0 ? claimed : Math.min(claimed, recorded);
  }

  private void learned(Chunk chunk, int row) {
    counters.examples++;
    record(chunk, row);
  }

  /** Records the time and the place of the key's last record. */
  void record(Chunk chunk, int row) {
    counters.record(chunk, row);
  }

  /** Returns the learning rate as it was written: 0.005, not its float. */
  double learningRate() {
    return Double.parseDouble(Float.toString(learner.learningRate()));
  }

  /** Returns the metrics; {@link #hasUnreported} is false after it. */
  MetricsReport report(TrainSpec spec, String key) {
    counters.reported = seq();
    MetricsReport.Context context =
        new MetricsReport.Context(
            spec.pipeline(),
            key,
            seq(),
            counters.examples,
            learner.steps(),
            counters.eventTime,
            classes.list(),
            learningRate(),
            learner.skippedSteps(),
            learner.clippedSteps(),
            learner.rollbacks(),
            learner.members(),
            learner.candidates(),
            counters.offsets.report(spec.topic()),
            spec.config());
    MetricsReport report = metrics.report(context);
    return new MetricsReport(
        context,
        report.task(),
        report.scores(),
        counters.epoch,
        validation == null ? null : validation.report(context));
  }

  /** 64-bit FNV-1a of the key: each model starts from its own weights, the same on every run. */
  private static long seed(String key) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }
}
