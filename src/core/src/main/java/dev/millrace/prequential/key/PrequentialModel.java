package dev.millrace.prequential.key;

import dev.millrace.data.Chunk;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.ValueLimit;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.eval.drift.InputDriftDetector;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.state.Evictable;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model of one key and its scores: the learner with its pending mini-batch, the metrics, the
 * class names, the offsets seen. {@code Trainer} and {@code Scorer} update it. Not thread-safe.
 */
public final class PrequentialModel implements KeyModels {
  // Some 30 objects and the headers of their arrays; a name in a list and a hash table.
  private static final int OBJECT_BYTES = 2_048;
  private static final int CLASS_NAME_BYTES = 128;

  public final Task task;
  public final ClassNames classes;
  public final RollingMetrics metrics;
  public final KeyCounters counters;

  /** What the pipeline asks for besides. */
  public final KeyParts parts;

  /** Detects nothing unless the pipeline asks for it. */
  public final DriftMonitor drift;

  /** Limits the targets of a regression. */
  public final ValueLimit targetLimit;

  /** True if the scores of the learner are probabilities of classes. */
  public final boolean probabilities;

  /**
   * Factor of the configured intervals between reports: 1, unless a report of the classes is large.
   */
  public int reportSpacing;

  /** Hash of the columns that the model is trained on. */
  public int columns;

  public OnlineModel learner;

  /** Creates the model of a key whose first example is in the chunk. */
  public PrequentialModel(TrainSpec spec, int columns, Chunk chunk, Workspace workspace) {
    task = spec.task(chunk.isClassification());
    this.columns = columns;
    probabilities = Models.givesProbabilities(spec.model(), task);
    classes = new ClassNames(spec.firstClasses());
    for (String name : spec.input().classes()) {
      if (classes.index(name) < 0) {
        classes.add(name);
      }
    }
    Indicators found = Indicators.last(chunk.indicators(), chunk.width());
    learner = create(spec, chunk.key(), spec.firstInputs(chunk), found, workspace);
    metrics = RollingMetrics.of(task, spec.metrics());
    counters = new KeyCounters(spec.countsDuplicates());
    targetLimit = new ValueLimit();
    parts = KeyParts.create(new PartOrigin(spec, chunk.key(), task, classes, learner, workspace));
    drift = DriftMonitor.orIdle(parts.find(DriftMonitor.class));
    nameClasses(spec);
  }

  /** Creates a model from stored parts that belong together. */
  PrequentialModel(
      PartOrigin origin,
      int columns,
      RollingMetrics metrics,
      KeyCounters counters,
      ValueLimit targetLimit,
      KeyParts parts) {
    task = origin.task();
    classes = origin.classes();
    learner = origin.learner();
    this.metrics = metrics;
    this.counters = counters;
    this.targetLimit = targetLimit;
    this.columns = columns;
    this.parts = parts;
    drift = DriftMonitor.orIdle(parts.find(DriftMonitor.class));
    probabilities = Models.givesProbabilities(origin.spec().model(), task);
    nameClasses(origin.spec());
    resumeDrift();
  }

  private PrequentialModel(PrequentialModel other) {
    task = other.task;
    columns = other.columns;
    probabilities = other.probabilities;
    reportSpacing = other.reportSpacing;
    learner = other.learner.copy();
    classes = other.classes.copy();
    metrics = other.metrics.copy();
    counters = other.counters.copy();
    parts = other.parts.copy();
    drift = DriftMonitor.orIdle(parts.find(DriftMonitor.class));
    targetLimit = State.copy(other.targetLimit, new ValueLimit());
    resumeDrift();
  }

  /** Applies a boosted learning rate to a model that was restored or copied. */
  public void resumeDrift() {
    drift.resume(learner);
  }

  /** Returns a part; null if the pipeline does not ask for it. */
  public <P extends KeyPart> @Nullable P part(Class<P> type) {
    return parts.find(type);
  }

  /**
   * Returns a model of the known classes that has learned nothing.
   *
   * @param found indicators if no feature is declared
   */
  private OnlineModel create(
      TrainSpec spec, String key, int inputs, Indicators found, Workspace workspace) {
    boolean hasStart = spec.model().start() != null;
    ModelSpec model = hasStart ? spec.model() : spec.model().withUndeclared(found);
    int first = hasStart ? spec.firstClasses().size() : classes.size();
    OnlineModel created = Models.create(model, task, inputs, first, seed(key), workspace);
    while (created.classes() < classes.size() && task.isClassification()) {
      created.addClass();
    }
    return created;
  }

  /** 64-bit FNV-1a of the key: each model starts from its own weights, the same on every run. */
  public static long seed(String key) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  private void nameClasses(TrainSpec spec) {
    reportSpacing = spec.reportSpacing(classes.size(), classes.bytes());
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes.list());
    }
    parts.forEach(part -> part.nameClasses(classes.list()));
  }

  /** Adds a class to all parts of the model; the output layer grows. */
  public void addClass(TrainSpec spec, String name) {
    classes.add(name);
    nameClasses(spec);
    learner.addClass();
  }

  @Override
  public Map<String, PrequentialModel> models(String key) {
    return Map.of(key, this);
  }

  @Override
  public KeyCounters counters() {
    return counters;
  }

  @Override
  public long steps() {
    return learner.steps();
  }

  @Override
  public boolean isEmpty() {
    return counters.seq() == 0 && !parts.any(KeyPart::hasRecords);
  }

  @Override
  public boolean hasUnreported() {
    return counters.hasUnreported() || parts.any(KeyPart::hasUnreported);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    ModelFormat.write(this, out);
  }

  @Override
  public void writeModel(PagedOutput out) throws IOException {
    ModelFormat.writeModel(this, out);
  }

  @Override
  public long memoryBytes() {
    return OBJECT_BYTES
        + learner.memoryBytes()
        + metrics.memoryBytes(classes.size())
        + parts.sum(KeyPart::memoryBytes)
        + counters.arrivals.memoryBytes()
        + (long) classes.size() * CLASS_NAME_BYTES;
  }

  @Override
  public List<PagedPart> pagedParts() {
    List<PagedPart> all = new ArrayList<>(learner.pagedParts());
    all.addAll(drift.pagedParts());
    return all;
  }

  @Override
  public void addEvictables(List<Evictable> all) {
    all.addAll(learner.pagedParts());
    parts.forEach(part -> all.addAll(part.evictables()));
  }

  @Override
  public PrequentialModel copy() {
    return new PrequentialModel(this);
  }

  /** Returns champion and challengers, or null if there is one model. */
  public @Nullable ChampionChallenger selection() {
    return learner instanceof ChampionChallenger selection ? selection : null;
  }

  /** Returns the name of the model that answers; null if there is one model. */
  public @Nullable String champion() {
    return learner instanceof ChampionChallenger selection ? selection.champion() : null;
  }

  /**
   * Ends the epoch, whose scores are reported if learning ends with it.
   *
   * @return true if no later epoch is learned
   */
  public boolean endEpoch() {
    ValidationScores validation = part(ValidationScores.class);
    return validation != null && counters.epoch > 0 && validation.endEpoch(counters.epoch);
  }

  public void startEpoch(int epoch) {
    parts.forEach(part -> part.startEpoch(counters.epoch));
    counters.epoch = epoch;
  }

  /** Returns true if learning has ended, because the validation loss stopped falling. */
  public boolean isStopped() {
    ValidationScores validation = part(ValidationScores.class);
    return validation != null && validation.isStopped();
  }

  /**
   * Returns true if steps were skipped since the last call. Callers ask where the answer is a
   * function of the data alone: after every report that the number of examples calls for.
   */
  public boolean hasNewSkips() {
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
  public DriftSignal detectDrift(TrainSpec spec, String key, double error, Workspace workspace) {
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

  /**
   * Compares rows of features with those before, if drift of the input is detected.
   *
   * @param rows [count x width], row-major
   * @return how columns have drifted, often empty
   */
  public List<InputDrift> compareInputs(float[] rows, int count, int width) {
    InputDriftDetector detector = part(InputDriftDetector.class);
    return detector == null ? List.of() : detector.add(rows, count, width);
  }

  /** Returns the learning rate as it was written: 0.005, not its float. */
  public double learningRate() {
    return Double.parseDouble(Float.toString(learner.learningRate()));
  }

  /** Returns what the metrics are of. */
  public MetricsReport.Context context(TrainSpec spec, String key) {
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
  public MetricsReport report(TrainSpec spec, String key) {
    counters.reported = counters.seq();
    return metrics
        .report(context(spec, key))
        .with(
            report -> {
              report.epoch = counters.epoch;
              report.hasPositive =
                  metrics instanceof ClassificationMetrics ofClasses && ofClasses.positive() >= 0;
              parts.forEach(part -> part.report(report));
            });
  }
}
