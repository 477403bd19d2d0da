package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RegressionMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.nn.Learner;
import dev.millrace.nn.LearnerSpec;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.Workspace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Everything that one model key has: the learner with its pending mini-batch, the metrics, the
 * class names, the offsets seen. It is restored as one piece or not at all. Not thread-safe.
 *
 * <p>State read from a checkpoint stays bytes until {@link #resume}, because a state backend reads
 * state before anybody can tell it what the pipeline's settings are.
 */
public final class TrainState {
  /** Version of the bytes that {@link #write} gives. */
  static final int VERSION = 1;

  // -ln of the smallest probability that counts, 1e-7: the loss of a class nobody has seen.
  private static final double UNSEEN_CLASS_LOSS = -StrictMath.log(1e-7);

  private byte[] frozen;

  private Learner learner;
  private Task task;
  private int columns;
  private boolean probabilities;
  // By name; of the settings, not of the state.
  private Map<String, Float> classWeights;
  private ClassNames classes;
  private RollingMetrics metrics;
  private SeenOffsets offsets;
  private long examples;
  private long eventTime;
  private long timestamp;

  // Examples at the last report.
  private long reported;

  private float[] scores = new float[0];

  private TrainState() {}

  /** The state of a key whose first example stands in the chunk. */
  static TrainState begin(TrainSpec spec, Chunk chunk) {
    TrainState state = new TrainState();
    state.task = spec.task(chunk.isClassification());
    LearnerSpec learner = spec.learner(state.task);
    ModelStart start = spec.model().start();
    state.classes = new ClassNames(start == null ? spec.input().classes() : start.classes());
    int inputs = start == null ? chunk.width() : start.weights().inputs();
    state.learner =
        new Learner(learner, state.task, inputs, state.classes.size(), seed(chunk.key()));
    if (start != null) {
      state.learner.startFrom(start.weights());
      state.addDeclaredClasses(spec.input().classes());
    }
    state.metrics = RollingMetrics.of(state.task, spec.metrics());
    state.offsets = new SeenOffsets();
    state.columns = spec.columns().hashCode();
    state.classWeights = spec.model().classWeights();
    state.finishSetup(learner);
    return state;
  }

  private void addDeclaredClasses(List<String> declared) {
    for (String name :
        declared.subList(Math.min(declared.size(), classes.size()), declared.size())) {
      classes.add(name);
      learner.addClass();
    }
  }

  /** State as it was written; {@link #resume} makes it usable. */
  static TrainState frozen(byte[] bytes) {
    TrainState state = new TrainState();
    state.frozen = bytes;
    return state;
  }

  Learner learner() {
    return learner;
  }

  Task task() {
    return task;
  }

  ClassNames classes() {
    return classes;
  }

  long examples() {
    return examples;
  }

  /**
   * The timestamp of what is published about the last example: its event time, but not later than
   * its record's. Brokers refuse records from the future, and what an example claims must not stop
   * the job.
   */
  long timestamp() {
    return timestamp;
  }

  /** Lets the learner compute in scratch that it shares with others of the same thread. */
  void use(Workspace workspace) {
    learner.use(workspace);
  }

  /** Whether examples have come since the last report. */
  boolean hasNews() {
    return examples > reported;
  }

  /** Scores the prediction for an example of a known class, then learns from it. */
  void learnClass(Chunk chunk, int row, int actual) {
    float loss =
        learner.learnClass(
            chunk.features(), row * chunk.width(), actual, weight(chunk, row, actual), scores);
    double logLoss = probabilities ? -StrictMath.log(Math.max(scores[actual], 1e-7f)) : Double.NaN;
    classification().update(actual, best(classes.size()), loss, logLoss);
    learned(chunk, row);
  }

  /**
   * Learns from the first example of a class. What the model predicted for it is wrong; then the
   * output layer grows.
   *
   * @return the index of the class
   */
  int meetClass(Chunk chunk, int row, String label) {
    int known = classes.size();
    classes.add(label);
    if (known == 0) {
      classification().observe(0);
    } else {
      learner.predict(chunk.features(), row * chunk.width(), scores);
      double loss = probabilities ? UNSEEN_CLASS_LOSS : squaredError(known);
      classification().update(known, best(known), loss, probabilities ? loss : Double.NaN);
    }
    learner.addClass();
    makeRoomForScores();
    learner.learnClass(
        chunk.features(), row * chunk.width(), known, weight(chunk, row, known), scores);
    learned(chunk, row);
    return known;
  }

  /** Scores the prediction for an example with a target, then learns from it. */
  void learnValue(Chunk chunk, int row) {
    double target = chunk.targets()[row];
    float loss =
        learner.learnValue(
            chunk.features(), row * chunk.width(), target, chunk.weights()[row], scores);
    ((RegressionMetrics) metrics).update(target, scores[0], loss);
    learned(chunk, row);
  }

  /** The metrics now; {@link #hasNews} is false after it. */
  MetricsReport report(TrainSpec spec, String key) {
    reported = examples;
    return metrics.report(
        new MetricsReport.Context(
            spec.pipeline(),
            key,
            examples,
            examples,
            learner.steps(),
            eventTime,
            classes.list(),
            Double.parseDouble(Float.toString(learner.learningRate())), // 0.005, not its float
            learner.skippedSteps(),
            offsets.report(spec.topic()),
            spec.config()));
  }

  /** Makes state usable that came from a checkpoint. */
  void resume(TrainSpec spec) throws IOException {
    if (frozen == null) {
      return;
    }
    DataInput in = new DataInputStream(new ByteArrayInputStream(frozen));
    requireVersion(in.readInt());
    task = Task.valueOf(in.readUTF());
    requireSameColumns(in.readInt(), spec);
    examples = in.readLong();
    reported = in.readLong();
    eventTime = in.readLong();
    timestamp = in.readLong();
    classes = ClassNames.read(in);
    offsets = SeenOffsets.read(in);
    metrics = RollingMetrics.read(in, spec.metrics());
    LearnerSpec learnerSpec = spec.learner(task);
    learner = Learner.read(in, learnerSpec, task);
    classWeights = spec.model().classWeights();
    finishSetup(learnerSpec);
    frozen = null;
  }

  static void requireVersion(int version) throws IOException {
    if (version > VERSION) {
      throw new IOException(
          "model state: version "
              + version
              + " is newer than "
              + VERSION
              + ", the newest that this release reads; use the release that wrote it");
    }
  }

  // A model whose columns were swapped would go on without a word and predict nonsense.
  private void requireSameColumns(int stored, TrainSpec spec) throws IOException {
    columns = spec.columns().hashCode();
    if (stored != columns) {
      throw new IOException(
          "the models were trained on other input.features than the pipeline has now, "
              + spec.columns()
              + "; go back to those, or start afresh");
    }
  }

  /** Writes everything that is needed to continue as if never stopped. */
  void write(DataOutput out) throws IOException {
    if (frozen != null) {
      out.write(frozen);
      return;
    }
    out.writeInt(VERSION);
    out.writeUTF(task.name());
    out.writeInt(columns);
    out.writeLong(examples);
    out.writeLong(reported);
    out.writeLong(eventTime);
    out.writeLong(timestamp);
    classes.write(out);
    offsets.write(out);
    metrics.write(out);
    learner.write(out);
  }

  /** The bytes of the model alone: class names and learner, nothing of the metrics. */
  byte[] modelBytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(VERSION);
    out.writeUTF(task.name());
    classes.write(out);
    learner.write(out);
    return bytes.toByteArray();
  }

  /** A deep copy. */
  TrainState copy() {
    TrainState copy = new TrainState();
    copy.frozen = frozen; // never written to
    if (frozen == null) {
      copy.learner = learner.copy();
      copy.task = task;
      copy.columns = columns;
      copy.probabilities = probabilities;
      copy.classWeights = classWeights;
      copy.classes = classes.copy();
      copy.metrics = metrics.copy();
      copy.offsets = offsets.copy();
      copy.examples = examples;
      copy.eventTime = eventTime;
      copy.timestamp = timestamp;
      copy.reported = reported;
      copy.scores = new float[scores.length];
    }
    return copy;
  }

  // Mean squared error where the output of the class that is not there yet counts as 0.
  private double squaredError(int known) {
    double sum = 1;
    for (int c = 0; c < known; c++) {
      sum += (double) scores[c] * scores[c];
    }
    return sum / (known + 1);
  }

  private void learned(Chunk chunk, int row) {
    examples++;
    eventTime = chunk.eventTimes()[row];
    timestamp = Math.min(eventTime, chunk.records().timestamp(row));
    offsets.see(chunk.records().partition(row), chunk.records().offset(row));
  }

  private void finishSetup(LearnerSpec spec) {
    probabilities = spec.network().loss().isCrossEntropy();
    makeRoomForScores();
  }

  private void makeRoomForScores() {
    int needed = Math.max(2, classes.size());
    if (scores.length < needed) {
      scores = new float[Math.max(needed, scores.length * 2)];
    }
  }

  private ClassificationMetrics classification() {
    return (ClassificationMetrics) metrics;
  }

  private int best(int known) {
    int best = 0;
    for (int c = 1; c < known; c++) {
      if (scores[c] > scores[best]) {
        best = c;
      }
    }
    return best;
  }

  private float weight(Chunk chunk, int row, int label) {
    float weight = chunk.weights()[row];
    return classWeights.isEmpty()
        ? weight
        : weight * classWeights.getOrDefault(classes.list().get(label), 1f);
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
