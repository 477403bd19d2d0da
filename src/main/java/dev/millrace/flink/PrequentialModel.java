package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassTally;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RegressionMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ScoredClass;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.contest.Contest;
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
  private final DriftWatch drift;
  private OnlineModel learner;
  private final ClassNames classes;
  private final RollingMetrics metrics;
  private final KeyProgress progress;

  // Null if no example is held out.
  private final ValidationScores validation;

  // How wrong the last prediction was, 0 to 1, for the drift detector; NaN if there was none.
  private double error;

  // The class predicted last.
  private int predicted = ClassTally.NO_PREDICTION;

  /** The model of a key whose first example stands in the chunk. */
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
    learner = fresh(spec, chunk.key(), inputs, workspace);
    metrics = RollingMetrics.of(task, spec.metrics());
    nameClasses();
    progress = new KeyProgress();
    validation = validation(spec);
    drift = spec.drift() == null ? null : new DriftWatch(spec.drift());
  }

  /** A model that was stored, with parts that go together. */
  PrequentialModel(
      TrainSpec spec,
      Task task,
      int columns,
      ClassNames classes,
      RollingMetrics metrics,
      OnlineModel learner,
      DriftWatch drift,
      ValidationScores validation,
      KeyProgress progress) {
    this.task = task;
    this.classes = classes;
    this.metrics = metrics;
    this.learner = learner;
    this.drift = drift;
    this.progress = progress;
    this.columns = columns;
    probabilities = Models.givesProbabilities(spec.model(), task);
    balanced = spec.model().classWeights().balanced();
    nameClasses();
    if (drift != null) {
      drift.resume(learner);
    }
    boolean isHeldOut = spec.metrics().validation().share() != 0;
    this.validation = isHeldOut && validation != null ? validation : validation(spec);
    if (this.validation != null) {
      this.validation.nameClasses(classes.list());
    }
  }

  private ValidationScores validation(TrainSpec spec) {
    if (spec.metrics().validation().share() == 0) {
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
  void grow(TrainSpec spec, Workspace workspace) throws ModelMismatchException {
    columns = ModelFormat.columns(spec.input(), workspace);
    learner = StateGrowth.grown(learner, spec, task, workspace);
    if (drift != null) {
      drift.grow(spec, task, workspace);
      drift.resume(learner);
    }
  }

  /** A model that has learned nothing, of the classes known by now. */
  private OnlineModel fresh(TrainSpec spec, String key, int inputs, Workspace workspace) {
    ModelStart start = spec.model().start();
    int first = start == null ? classes.size() : start.classes().size();
    OnlineModel fresh = Models.create(spec.model(), task, inputs, first, seed(key), workspace);
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
    progress = other.progress.copy();
    validation = other.validation == null ? null : other.validation.copy();
  }

  /** Bytes in memory, estimated: those of the arrays, and of all that is around them. */
  long memoryBytes() {
    return OBJECT_BYTES
        + learner.memoryBytes()
        + metrics.memoryBytes(classes.size())
        + (drift == null ? 0 : drift.memoryBytes())
        + (validation == null ? 0 : validation.memoryBytes(classes.size()))
        + (long) classes.size() * CLASS_NAME_BYTES;
  }

  /** A deep copy. */
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

  /** Null if the pipeline does not look for drift. */
  DriftWatch drift() {
    return drift;
  }

  /** Null if no example is held out. */
  ValidationScores validation() {
    return validation;
  }

  KeyProgress progress() {
    return progress;
  }

  /** The models of which one answers, or null if there is but one. */
  Contest contest() {
    return learner instanceof Contest contest ? contest : null;
  }

  /** Name of the model that answers, null if there is but one. */
  String champion() {
    return learner instanceof Contest contest ? contest.champion() : null;
  }

  ClassNames classes() {
    return classes;
  }

  long examples() {
    return progress.examples;
  }

  /** Whether what it predicts with are probabilities of classes. */
  boolean hasProbabilities() {
    return probabilities;
  }

  /**
   * The timestamp of what is published about the last example: its event time, but not later than
   * its record's. Brokers refuse records from the future, and what an example claims must not stop
   * the job.
   */
  long timestamp() {
    return progress.timestamp;
  }

  /** Index of the class that was predicted for the last example, -1 if none was known. */
  int predicted() {
    return predicted;
  }

  /** Of the last example, milliseconds since the epoch. */
  long eventTime() {
    return progress.eventTime;
  }

  /** Whether examples have come since the last report. */
  boolean hasNews() {
    return progress.hasNews();
  }

  /** Examples so far, those held out included. */
  long seq() {
    return progress.seq();
  }

  /** The pass over a bounded data set that examples are of now; 0 if nobody counts. */
  int epoch() {
    return progress.epoch;
  }

  /**
   * Ends the epoch; what it says then is to be reported if that is the end of learning alone.
   *
   * @return whether no more epochs are learned from now on
   */
  boolean endEpoch() {
    return validation != null && progress.epoch > 0 && validation.endEpoch(progress.epoch);
  }

  void startEpoch(int epoch) {
    if (validation != null && progress.epoch > 0) {
      validation.startEpoch(classes.list());
    }
    progress.epoch = epoch;
  }

  /** Whether the model learns no more epochs, for its validation loss fell no more. */
  boolean isStopped() {
    return validation != null && validation.isStopped();
  }

  /**
   * Scores the prediction for an example that is held out, of a known class, and learns nothing.
   * Behind the last epoch, whose scores stand, it is predicted only.
   */
  void validate(Chunk chunk, int row, TrainScratch scratch) {
    scratch.takeFeatures(chunk, row, row + 1);
    scratch.fit(1, learner.outputs());
    learner.use(scratch.workspace);
    learner.predict(scratch.features, 0, scratch.scores);
    double target = chunk.target(row);
    float weight = chunk.weight(row);
    long time = windowTime(chunk, row);
    if (validation.metrics() instanceof ClassificationMetrics classification) {
      int known = classes.size();
      int actual = scratch.classOf[(int) target];
      if (scratch.takeScored(0, known, probabilities, actual, 0)) {
        scratch.scored.loss = scratch.scoredLoss(probabilities, known);
        ((ClassificationMetrics) metrics).decide(scratch.scored);
        predicted = scratch.scored.predicted;
        if (!isStopped()) {
          classification.update(scratch.scored, weight, time);
        }
      } else if (!isStopped()) {
        classification.observe(actual, weight);
      }
    } else if (validation.metrics() instanceof RegressionMetrics regression && !isStopped()) {
      double predicted = scratch.scoredValue(0);
      double difference = predicted - target;
      if (isPrediction(predicted, learner.examples(), scratch)) {
        regression.update(target, predicted, difference * difference, weight, time);
      } else {
        regression.observe(target, weight);
      }
    }
    progress.validated++;
    seen(chunk, row);
  }

  /**
   * Scores the predictions for examples of known classes, rows {@code from} to below {@code to},
   * and learns from them, each before the next.
   */
  void learnClasses(Chunk chunk, int from, int to, TrainScratch scratch) {
    int known = classes.size();
    scratch.takeClasses(chunk, from, to, known);
    ClassificationMetrics classification = (ClassificationMetrics) metrics;
    if (balanced) {
      scratch.balance.begin(classification, known);
      for (int r = 0; r < to - from; r++) {
        scratch.balance.see(scratch.classes[r], chunk.weight(from + r));
        scratch.weights[r] *= scratch.balance.factor(scratch.classes[r]);
      }
    }
    float[] scores = scratch.scores;
    learner.use(scratch.workspace);
    learner.learnClasses(
        scratch.features, 0, to - from, scratch.classes, scratch.weights, scores, scratch.losses);
    ScoredClass scored = scratch.scored;
    for (int r = 0; r < to - from; r++) {
      int row = from + r;
      int actual = scratch.classes[r];
      if (scratch.takeScored(r, known, probabilities, actual, scratch.losses[r])) {
        classification.update(scored, chunk.weight(row), windowTime(chunk, row));
        predicted = scored.predicted;
        error = predicted == scored.actual ? 0 : 1;
      } else {
        observe(classification, actual, chunk.weight(row));
      }
      learned(chunk, row);
    }
  }

  /**
   * Learns from the first example of a class. What the model predicted for it is wrong; then the
   * output layer grows.
   */
  void meetClass(Chunk chunk, int row, TrainScratch scratch) {
    int label = chunk.labelOf(row);
    int known = classes.size();
    ClassificationMetrics classification = (ClassificationMetrics) metrics;
    classes.add(chunk.label(label));
    scratch.classOf[label] = known;
    scratch.takeFeatures(chunk, row, row + 1);
    scratch.fit(1, known + 1);
    float[] scores = scratch.scores;
    learner.use(scratch.workspace);
    classification.nameClasses(classes.list());
    if (validation != null) {
      validation.nameClasses(classes.list());
    }
    if (known == 0) {
      observe(classification, 0, chunk.weight(row));
    } else {
      learner.predict(scratch.features, 0, scores);
      if (scratch.takeScored(0, known, probabilities, known, 0)) {
        error = 1;
        // With an output of 0 for the new class.
        scratch.scored.loss = scratch.scoredLoss(probabilities, known + 1);
        classification.update(scratch.scored, chunk.weight(row), windowTime(chunk, row));
        predicted = scratch.scored.predicted;
      } else {
        observe(classification, known, chunk.weight(row));
      }
    }
    learner.addClass();
    if (drift != null) {
      drift.addClass();
    }
    scratch.classes[0] = known;
    scratch.weights[0] = chunk.weight(row) * scratch.weightOf[label];
    if (balanced) {
      scratch.balance.begin(classification, known + 1);
      scratch.weights[0] *= scratch.balance.factor(known);
    }
    float[] late = scratch.unpublished(known + 1);
    learner.learnClass(scratch.features, 0, known, scratch.weights[0], late);
    learned(chunk, row);
  }

  /** Takes the class of an example that nothing could be predicted for. */
  private void observe(ClassificationMetrics classification, int actual, float weight) {
    classification.observe(actual, weight);
    error = Double.NaN;
    predicted = ClassTally.NO_PREDICTION;
  }

  /**
   * Predicts for features whose label comes later, into the scores and features of {@code scratch}.
   *
   * @return index of the class that counts as predicted, -1 if none is known and for a number
   */
  int predict(Chunk chunk, int row, TrainScratch scratch) {
    scratch.takeFeatures(chunk, row, row + 1);
    scratch.fit(1, learner.outputs());
    if (learner.outputs() == 0) {
      return ClassTally.NO_PREDICTION;
    }
    learner.use(scratch.workspace);
    learner.predictNext(scratch.features, 0, scratch.scores);
    if (metrics instanceof ClassificationMetrics classification) {
      scratch.scored.take(scratch.scores, 0, learner.outputs(), probabilities, 0);
      classification.decide(scratch.scored);
      return scratch.scored.predicted;
    }
    return ClassTally.NO_PREDICTION;
  }

  /** As {@link #learnClasses}, for examples with a target. */
  void learnValues(Chunk chunk, int from, int to, TrainScratch scratch) {
    scratch.takeValues(chunk, from, to);
    long learnedBefore = learner.examples();
    learner.use(scratch.workspace);
    learner.learnValues(
        scratch.features,
        0,
        to - from,
        scratch.targets,
        scratch.weights,
        scratch.scores,
        scratch.losses);
    RegressionMetrics regression = (RegressionMetrics) metrics;
    for (int r = 0; r < to - from; r++) {
      int row = from + r;
      error = Math.min(1, scratch.losses[r]);
      double value = scratch.scoredValue(r);
      if (isPrediction(value, learnedBefore + r, scratch)) {
        regression.update(
            scratch.targets[r],
            value,
            scratch.scoredValueLoss(r),
            scratch.weights[r],
            windowTime(chunk, row));
      } else {
        regression.observe(scratch.targets[r], scratch.weights[r]);
      }
      learned(chunk, row);
    }
  }

  /**
   * Whether a value is a prediction, be it the NaN of a broken model. Before its first target a
   * model has none, which is NaN too, and so may be what waited for its label since then.
   *
   * @param learned examples that the model had learned from
   */
  private static boolean isPrediction(double value, long learned, TrainScratch scratch) {
    return !Double.isNaN(value) || (learned > 0 && scratch.pending == null);
  }

  /**
   * Whether steps have been left out since this was last asked. It is asked where it is a function
   * of the data alone: after every report that the number of examples calls for.
   */
  boolean takeNewSkips() {
    long skipped = learner.skippedSteps();
    boolean isNew = skipped > progress.toldSkips;
    progress.toldSkips = skipped;
    return isNew;
  }

  /**
   * Looks for drift after an example that was learned alone, and acts.
   *
   * @return what is new: a drift, a warning that was none before, or nothing
   */
  DriftSignal watch(TrainSpec spec, Chunk chunk, int row, TrainScratch scratch) {
    drift.learn(chunk, row, scratch.classes[0], scratch.weights[0], scratch);
    DriftSignal signal = drift.update(error);
    if (drift.isAlert()) {
      OnlineModel before = learner;
      learner =
          drift.act(before, () -> fresh(spec, chunk.key(), before.inputs(), scratch.workspace));
      // Another model counts from the start, and so do those of a contest that start afresh.
      progress.toldSkips =
          learner == before ? Math.min(progress.toldSkips, learner.skippedSteps()) : 0;
    }
    return signal;
  }

  /** Drifts so far, 0 without a detector. */
  long drifts() {
    return drift == null ? 0 : drift.drifts();
  }

  /** Whether the detector, if there is one, suspects a drift now. */
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
    progress.examples++;
    seen(chunk, row);
  }

  /** Notes when the key's last record was, and where. */
  void seen(Chunk chunk, int row) {
    progress.see(chunk, row);
  }

  /** The learning rate as it was written: 0.005, not its float. */
  double learningRate() {
    return Double.parseDouble(Float.toString(learner.learningRate()));
  }

  /** The metrics now; {@link #hasNews} is false after it. */
  MetricsReport report(TrainSpec spec, String key) {
    progress.reported = seq();
    MetricsReport.Context context =
        new MetricsReport.Context(
            spec.pipeline(),
            key,
            seq(),
            progress.examples,
            learner.steps(),
            progress.eventTime,
            classes.list(),
            learningRate(),
            learner.skippedSteps(),
            learner.clippedSteps(),
            learner.rollbacks(),
            learner.members(),
            learner.contestants(),
            progress.offsets.report(spec.topic()),
            spec.config());
    MetricsReport report = metrics.report(context);
    return new MetricsReport(
        context,
        report.task(),
        report.scores(),
        progress.epoch,
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
