package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.Evictable;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.ValueLimit;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.eval.drift.InputDriftDetector;
import dev.millrace.explain.ColumnImportance;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PagedPart;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.state.State;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The model of one key and its scores: the learner with its pending mini-batch, the metrics, the
 * class names, the offsets seen. {@link Trainer} and {@link Scorer} update it. Not thread-safe.
 */
final class PrequentialModel {
  // Some 30 objects and the headers of their arrays; a name in a list and a hash table.
  private static final int OBJECT_BYTES = 2_048;
  private static final int CLASS_NAME_BYTES = 128;

  final Task task;
  final ClassNames classes;
  final RollingMetrics metrics;
  final KeyCounters counters;

  /** Null if the pipeline has no drift detector. */
  final @Nullable DriftMonitor drift;

  /** Null if the pipeline has neither intervals nor sets of classes. */
  final @Nullable Intervals intervals;

  /** Null if the drift of columns is not detected. */
  final @Nullable InputDriftDetector inputDrift;

  /** Null if predictions are not explained. */
  @Nullable ColumnImportance importance;

  /** Null if no example is held out. */
  final @Nullable ValidationScores validation;

  /** Null if no features are derived. */
  final @Nullable DerivedState derived;

  /** Limits the targets of a regression. */
  final ValueLimit targetLimit;

  /** True if the scores of the learner are probabilities of classes. */
  final boolean probabilities;

  /**
   * Factor of the configured intervals between reports: 1, unless a report of the classes is large.
   */
  int reportSpacing;

  /** Hash of the columns that the model is trained on. */
  int columns;

  OnlineModel learner;

  /** Creates the model of a key whose first example is in the chunk. */
  PrequentialModel(TrainSpec spec, int columns, Chunk chunk, Workspace workspace) {
    task = spec.task(chunk.isClassification());
    this.columns = columns;
    probabilities = Models.givesProbabilities(spec.model(), task);
    ModelStart start = spec.model().start();
    classes = new ClassNames(start == null ? spec.input().classes() : start.classes());
    for (String name : spec.input().classes()) {
      if (classes.index(name) < 0) {
        classes.add(name);
      }
    }
    Indicators found = Indicators.last(chunk.indicators(), chunk.width());
    int inputs = start == null ? chunk.width() : start.inputs();
    learner = create(spec, chunk.key(), inputs, found, workspace);
    metrics = RollingMetrics.of(task, spec.metrics());
    counters = new KeyCounters(spec.countsDuplicates());
    validation = createValidation(task, spec);
    drift = spec.drift() == null ? null : new DriftMonitor(spec.drift());
    derived = spec.input().derived().isEmpty() ? null : new DerivedState(spec.input());
    intervals = Intervals.create(spec, task, probabilities);
    inputDrift =
        InputDriftDetector.create(
            spec.inputDrift(), SharedColumns.of(spec.input(), inputs, workspace));
    importance = Explanations.importance(spec, inputs, workspace);
    targetLimit = new ValueLimit();
    nameClasses(spec);
  }

  /** Creates a model from stored parts that belong together. */
  PrequentialModel(
      TrainSpec spec,
      Task task,
      int columns,
      ClassNames classes,
      RollingMetrics metrics,
      OnlineModel learner,
      @Nullable DriftMonitor drift,
      @Nullable InputDriftDetector inputDrift,
      @Nullable ColumnImportance importance,
      @Nullable ValidationScores validation,
      KeyCounters counters,
      @Nullable DerivedState derived,
      @Nullable Intervals intervals,
      ValueLimit targetLimit) {
    this.task = task;
    this.classes = classes;
    this.metrics = metrics;
    this.learner = learner;
    this.drift = drift;
    this.inputDrift = inputDrift;
    this.importance = importance;
    this.counters = counters;
    this.derived = derived;
    this.targetLimit = targetLimit;
    this.columns = columns;
    probabilities = Models.givesProbabilities(spec.model(), task);
    this.intervals =
        intervals != null && intervals.isOf(spec)
            ? intervals
            : Intervals.create(spec, task, probabilities);
    boolean isHeldOut = spec.metrics().validation().fraction() != 0;
    this.validation = isHeldOut && validation != null ? validation : createValidation(task, spec);
    nameClasses(spec);
    if (drift != null) {
      drift.resume(learner);
    }
  }

  private PrequentialModel(PrequentialModel other) {
    task = other.task;
    columns = other.columns;
    probabilities = other.probabilities;
    reportSpacing = other.reportSpacing;
    learner = other.learner.copy();
    drift = other.drift == null ? null : other.drift.copy();
    if (drift != null) {
      drift.resume(learner);
    }
    inputDrift = other.inputDrift == null ? null : other.inputDrift.copy();
    importance = other.importance == null ? null : other.importance.copy();
    classes = other.classes.copy();
    metrics = other.metrics.copy();
    counters = other.counters.copy();
    derived = other.derived == null ? null : other.derived.copy();
    validation = other.validation == null ? null : other.validation.copy();
    intervals = other.intervals == null ? null : other.intervals.copy();
    targetLimit = State.copy(other.targetLimit, new ValueLimit());
  }

  private static @Nullable ValidationScores createValidation(Task task, TrainSpec spec) {
    return spec.metrics().validation().fraction() == 0
        ? null
        : new ValidationScores(task, spec.metrics());
  }

  /**
   * Returns a model of the known classes that has learned nothing.
   *
   * @param found indicators if no feature is declared
   */
  private OnlineModel create(
      TrainSpec spec, String key, int inputs, Indicators found, Workspace workspace) {
    ModelStart start = spec.model().start();
    ModelSpec model = start == null ? spec.model().withUndeclared(found) : spec.model();
    int first = start == null ? classes.size() : start.classes().size();
    OnlineModel created = Models.create(model, task, inputs, first, seed(key), workspace);
    while (created.classes() < classes.size() && task.isClassification()) {
      created.addClass();
    }
    return created;
  }

  /** 64-bit FNV-1a of the key: each model starts from its own weights, the same on every run. */
  static long seed(String key) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  private void nameClasses(TrainSpec spec) {
    reportSpacing = spec.reportSpacing(classes);
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes.list());
    }
    if (validation != null) {
      validation.nameClasses(classes.list());
    }
  }

  /** Adds a class to all parts of the model; the output layer grows. */
  void addClass(TrainSpec spec, String name) {
    classes.add(name);
    nameClasses(spec);
    learner.addClass();
    if (drift != null) {
      drift.addClass();
    }
  }

  /** Returns the estimated bytes in memory, of the arrays and all around them. */
  long memoryBytes() {
    return OBJECT_BYTES
        + learner.memoryBytes()
        + metrics.memoryBytes(classes.size())
        + (drift == null ? 0 : drift.memoryBytes())
        + (intervals == null ? 0 : intervals.memoryBytes())
        + (inputDrift == null ? 0 : inputDrift.memoryBytes())
        + (importance == null ? 0 : importance.memoryBytes())
        + (validation == null ? 0 : validation.memoryBytes(classes.size()))
        + (derived == null ? 0 : derived.memoryBytes())
        + counters.arrivals.memoryBytes()
        + (long) classes.size() * CLASS_NAME_BYTES;
  }

  /** Returns the parts of all models that have pages. */
  List<PagedPart> pagedParts() {
    OnlineModel challenger = challenger();
    return challenger == null
        ? learner.pagedParts()
        : Stream.concat(learner.pagedParts().stream(), challenger.pagedParts().stream()).toList();
  }

  /** Adds the parts that can forget entries to a list. */
  void addEvictables(List<Evictable> all) {
    if (derived != null) {
      all.addAll(derived.groups());
    }
    all.addAll(pagedParts());
  }

  /** Returns the model in the background of the drift detector; null if there is none. */
  @Nullable OnlineModel challenger() {
    return drift == null ? null : drift.challenger;
  }

  /** Returns a deep copy. */
  PrequentialModel copy() {
    return new PrequentialModel(this);
  }

  /** Returns true if the model predicts probabilities of classes. */
  boolean givesClassProbabilities() {
    return task.isClassification() && probabilities;
  }

  /** Returns champion and challengers, or null if there is one model. */
  @Nullable ChampionChallenger selection() {
    return learner instanceof ChampionChallenger selection ? selection : null;
  }

  /** Returns the name of the model that answers; null if there is one model. */
  @Nullable String champion() {
    return learner instanceof ChampionChallenger selection ? selection.champion() : null;
  }

  /**
   * Ends the epoch, whose scores are reported if learning ends with it.
   *
   * @return true if no later epoch is learned
   */
  boolean endEpoch() {
    return validation != null && counters.epoch > 0 && validation.endEpoch(counters.epoch);
  }

  void startEpoch(int epoch) {
    if (validation != null && counters.epoch > 0) {
      validation.startEpoch(classes.list());
    }
    if (derived != null && counters.epoch > 0) {
      derived.clear(); // the times start again
    }
    counters.epoch = epoch;
  }

  /** Returns true if learning has ended, because the validation loss stopped falling. */
  boolean isStopped() {
    return validation != null && validation.isStopped();
  }

  /**
   * Returns true if steps were skipped since the last call. Callers ask where the answer is a
   * function of the data alone: after every report that the number of examples calls for.
   */
  boolean hasNewSkips() {
    long skipped = learner.skippedSteps();
    boolean isNew = skipped > counters.reportedSkips;
    counters.reportedSkips = skipped;
    return isNew;
  }

  /**
   * Updates the drift detector, if there is one, after an example that was learned alone; acts.
   *
   * @param error of the prediction of that example, 0 to 1, or NaN
   * @return a drift, a new warning, or nothing
   */
  DriftSignal detectDrift(TrainSpec spec, String key, double error, Workspace workspace) {
    if (drift == null) {
      return DriftSignal.NONE;
    }
    DriftSignal signal = drift.update(error);
    if (drift.isAlert()) {
      OnlineModel before = learner;
      learner =
          drift.act(
              before, () -> create(spec, key, before.inputs(), before.indicators(), workspace));
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

  /** Returns the learning rate as it was written: 0.005, not its float. */
  double learningRate() {
    return Double.parseDouble(Float.toString(learner.learningRate()));
  }

  /** Returns what the metrics are of. */
  MetricsReport.Context context(TrainSpec spec, String key) {
    return new MetricsReport.Context(
        spec.pipeline(),
        key,
        counters.seq(),
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
        counters.arrivals.report(),
        spec.configHash());
  }

  /** Returns the metrics; the counters have nothing unreported after it. */
  MetricsReport report(TrainSpec spec, String key) {
    counters.reported = counters.seq();
    MetricsReport.Context context = context(spec, key);
    MetricsReport report = metrics.report(context);
    return new MetricsReport(
        context,
        report.task(),
        report.scores(),
        counters.epoch,
        validation == null ? null : validation.report(context),
        null,
        intervals == null ? null : intervals.report(),
        null,
        null,
        inputDrift == null ? null : inputDrift.report(),
        importance == null ? List.of() : importance.report());
  }
}
