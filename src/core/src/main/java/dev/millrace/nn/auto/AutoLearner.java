package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.nn.AutoModelSpec;
import dev.millrace.nn.AutoSpec.Extra;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelHeader;
import dev.millrace.nn.PerExampleModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.Workspace;
import dev.millrace.simd.Elementary;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The mixture that {@code model: auto} means: a scaler, several small networks and a linear model
 * that learn side by side, records kept for replay, and a mixer that learns how much each
 * prediction counts. The answer is an average of the mixture, the linear model and what can be
 * predicted without features; {@link FixedShare} says how much more than the last of these it may
 * lose.
 *
 * <p>Every record is a step of its own. What is drawn is a function of seed, key and number of the
 * example, so nothing of it is stored. Not thread-safe.
 */
public final class AutoLearner extends PerExampleModel {

  private static final double FADE = 0.001;
  private static final float CLIP = 4f;
  private static final float MIN_PROBABILITY = 1e-7f;

  /** No example counts for more, or squares of gradients would not fit a float. */
  private static final float MAX_WEIGHT = 1e6f;

  private static final long REPLAY_DOMAIN = 0x7265706C6179L;

  private final long keySeed;
  private final long drawSeed;
  private final Scaler scaler;
  // Null for classification.
  private final Scaler target;
  private final ReplayBuffer buffer;
  private final Members members;
  private final MixerWeights weights;
  private final LinearMember linear;
  // Null for regression.
  private final ClassFrequencies frequencies;
  private final FixedShare answer;
  // Null if it is not mixed in.
  private final PreviousLabel previousLabel;
  // One of the two is null.
  private final ClassMixer classMixer;
  private final ValueMixer valueMixer;
  private AutoShape shape;
  // Null in a copy that nobody has used yet: a state backend copies models, and shares scratch.
  private AutoScratch scratch;
  private long examples;
  private long steps;
  private long skippedSteps;

  private AutoLearner(
      AutoShape shape, Indicators indicators, long keySeed, AutoScratch scratch, Members members) {
    this.shape = shape;
    this.keySeed = keySeed;
    this.scratch = scratch;
    this.members = members;
    drawSeed = drawSeed(shape, keySeed);
    boolean classes = shape.isClassification();
    scaler = new Scaler(shape.inputs(), FADE, indicators);
    target = classes ? null : Scaler.ofTarget(FADE);
    buffer = new ReplayBuffer(shape.inputs(), shape.kind().spec().buffer());
    previousLabel = shape.has(Extra.PREVIOUS_LABEL) ? new PreviousLabel(shape.classes()) : null;
    int newcomer = shape.networkPredictions();
    weights = new MixerWeights(shape.predictions(), newcomer);
    linear = new LinearMember(shape.inputs(), shape.outputs());
    frequencies = classes ? new ClassFrequencies(shape.classes()) : null;
    answer = new FixedShare();
    classMixer = classes ? new ClassMixer(weights, shape.classes()) : null;
    valueMixer = classes ? null : new ValueMixer(weights, answer, newcomer);
  }

  private AutoLearner(AutoLearner other, long keySeed) {
    shape = other.shape;
    this.keySeed = keySeed;
    drawSeed = drawSeed(shape, keySeed);
    scaler = other.scaler.copy();
    target = other.target == null ? null : other.target.copy();
    buffer = other.buffer.copy();
    members = other.members.copy();
    previousLabel = other.previousLabel == null ? null : other.previousLabel.copy();
    weights = other.weights.copy();
    linear = other.linear.copy();
    frequencies = other.frequencies == null ? null : other.frequencies.copy();
    answer = other.answer.copy();
    classMixer = other.classMixer == null ? null : other.classMixer.copy(weights);
    valueMixer = other.valueMixer == null ? null : other.valueMixer.copy(weights, answer);
    examples = other.examples;
    steps = other.steps;
    skippedSteps = other.skippedSteps;
  }

  private static long drawSeed(AutoShape shape, long keySeed) {
    long seed = WeightInitializer.mix(shape.kind().seed() ^ REPLAY_DOMAIN);
    return WeightInitializer.mix(seed ^ keySeed);
  }

  /** A mixture that has learned nothing; see {@link Models#create}. */
  static AutoLearner create(AutoModelSpec spec, Task task, int inputs, int classes, long keySeed) {
    if (inputs < 1) {
      throw new IllegalArgumentException("a model needs at least 1 feature, but has " + inputs);
    }
    AutoScratch scratch = AutoScratch.of(new Workspace());
    int known = task.isClassification() ? classes : 0;
    AutoShape shape =
        scratch.shape(new AutoShape.Kind(spec.auto(), spec.seed(), task, inputs, known));
    return new AutoLearner(
        shape, spec.indicators().first(inputs), keySeed, scratch, Members.initial(shape, keySeed));
  }

  /**
   * A mixture that goes on from what another one has learned, with draws of its own.
   *
   * @param taught what {@link #write} wrote; read once for all that share the workspace
   */
  static AutoLearner startingFrom(
      byte[] taught, AutoModelSpec spec, Task task, long keySeed, Workspace shared) {
    AutoScratch scratch = AutoScratch.of(shared);
    try {
      if (scratch.start == null || !scratch.start.isOf(taught, task)) {
        AutoLearner start = read(new BoundedDataInput(taught), spec, task, shared);
        scratch.start = new AutoScratch.Start(taught, task, start);
      }
      return new AutoLearner(scratch.start.learner(), keySeed);
    } catch (IOException e) {
      throw new IllegalArgumentException("the mixture to start from does not fit", e);
    }
  }

  /**
   * Whether all that was learned are numbers; those that are not were damaged where they were kept.
   */
  public boolean isFinite() {
    boolean ofTask =
        classMixer == null
            ? target.isFinite() && valueMixer.isFinite()
            : frequencies.isFinite() && classMixer.isFinite();
    return ofTask
        && scaler.isFinite()
        && members.isFinite()
        && weights.isFinite()
        && linear.isFinite()
        && (previousLabel == null || previousLabel.isFinite());
  }

  @Override
  public Indicators indicators() {
    return scaler.indicators();
  }

  @Override
  public int inputs() {
    return shape.inputs();
  }

  @Override
  public int outputs() {
    return shape.isClassification() ? shape.classes() : PredictedValue.FLOATS;
  }

  @Override
  public int classes() {
    return shape.classes();
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public long examples() {
    return examples;
  }

  /** Records of which some member had a gradient that was not finite (or beyond 1e15). */
  @Override
  public long skippedSteps() {
    return skippedSteps;
  }

  /** None: members do not clip gradients. */
  @Override
  public long clippedSteps() {
    return 0;
  }

  /** None: a member's steps are of bounded length. */
  @Override
  public long rollbacks() {
    return 0;
  }

  @Override
  public long keySeed() {
    return keySeed;
  }

  /** That of the first member. */
  @Override
  public float learningRate() {
    return shape.member(0).learningRate;
  }

  @Override
  public MetricsReport.Members members() {
    return weights.report(shape.names(), shape.networkPredictions(), answer);
  }

  @Override
  public void use(Workspace shared) {
    AutoScratch other = AutoScratch.of(shared);
    if (scratch != other) {
      scratch = other;
      shape = other.shape(shape.kind());
    }
  }

  private void needScratch() {
    if (scratch == null) {
      use(new Workspace());
    }
  }

  @Override
  public void predict(float[] features, int offset, float[] out) {
    needScratch();
    scale(features, offset);
    widen(false);
    members.predict(scratch);
    predictByOthers();
    mix(target == null ? 0 : target.mean(0), target == null ? 0 : target.deviation(0), out, 0);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    Scaler before = scaler.copy();
    scaler.update(features, offset);
    try {
      predict(features, offset, out);
    } finally {
      scaler.startFrom(before);
    }
  }

  @Override
  protected void expect(int examplesToCome) {
    needScratch();
    scratch.draws.begin(buffer, drawSeed, examples, examplesToCome, shape.replays());
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int label, float weight, float[] out, int outOffset) {
    float limited = Math.min(weight, MAX_WEIGHT);
    boolean replays = prepare(features, offset, limited);
    float loss = 0f;
    if (classes() == 1) {
      out[outOffset] = 1f; // nothing to tell apart yet
    } else {
      setTargets(label, replays);
      count(members.learn(replays, scratch));
      predictByOthers();
      int columns = columns();
      classMixer.mix(scratch, columns);
      averageClasses(out, outOffset);
      loss = negativeLogLikelihood(out[outOffset + label]);
      learnAnswer(label, limited);
      classMixer.learn(scratch, columns, label, limited);
      linear.learnClass(features(), scratch.predictions, linearAt(), label, limited);
    }
    frequencies.learn(label, limited);
    keep(features, offset, label, limited);
    return loss;
  }

  /** Writes the average of what the scratch holds. */
  private void averageClasses(float[] out, int outOffset) {
    int at = linearAt();
    for (int j = 0; j < classes(); j++) {
      out[outOffset + j] =
          (float)
              answer.average(scratch.mixed[j], scratch.predictions[at + j], scratch.frequencies[j]);
    }
  }

  private void learnAnswer(int label, float weight) {
    float ofBaseline = -scratch.logFrequencies[label];
    answer.learn(
        negativeLogLikelihood(scratch.mixed[label]),
        negativeLogLikelihood(scratch.predictions[linearAt() + label]),
        ofBaseline,
        weight,
        examples);
    weights.see(weights.predictions, ofBaseline);
  }

  /** The scaled features of the record at hand. */
  private float[] features() {
    return scratch.rows.get(0).x;
  }

  /** Where the linear member's prediction stands among all of them. */
  private int linearAt() {
    return shape.networkPredictions() * Kernels.stride(columns());
  }

  private static float negativeLogLikelihood(float p) {
    float least = p < MIN_PROBABILITY ? MIN_PROBABILITY : p;
    return -Elementary.log(least > 1f - MIN_PROBABILITY ? 1f - MIN_PROBABILITY : least);
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double value, float weight, float[] out, int outOffset) {
    float limited = Math.min(weight, MAX_WEIGHT);
    boolean replays = prepare(features, offset, limited);
    double mean = target.mean(0);
    double deviation = target.deviation(0);
    target.update(0, value);
    setTargets(value, replays);
    count(members.learn(replays, scratch));
    predictByOthers();
    mix(mean, deviation, out, outOffset);
    float loss = valueMixer.learn(value, limited, examples);
    linear.learnValue(features(), scratch.predictions[linearAt()], scaledTarget(value), limited);
    keep(features, offset, value, limited);
    return loss;
  }

  /** Scales the record and those to replay; returns whether there are any. */
  private boolean prepare(float[] features, int offset, float weight) {
    scratch.draws.next();
    scaler.update(features, offset);
    scale(features, offset);
    boolean replays = buffer.size() > 0;
    for (int m = 0; m < shape.replaying(); m++) {
      MemberBatch rows = scratch.rows.get(m);
      rows.weights[0] = weight;
      for (int r = 1; replays && r <= shape.member(m).replays; r++) {
        int record = drawn(m, r);
        scaler.transform(buffer.rows(), buffer.offset(record), CLIP, rows.x, r * shape.stride());
        rows.weights[r] = buffer.weight(record);
      }
    }
    widen(replays);
    return replays;
  }

  /** Sets what the members learn: of the record, and of those to replay. */
  private void setTargets(double labelOrValue, boolean replays) {
    for (int m = 0; m < shape.replaying(); m++) {
      float[] targets = scratch.rows.get(m).targets;
      targets[0] = scaledTarget(labelOrValue);
      for (int r = 1; replays && r <= shape.member(m).replays; r++) {
        targets[r] = scaledTarget(buffer.target(drawn(m, r)));
      }
    }
  }

  private float scaledTarget(double labelOrValue) {
    return (float) (target == null ? labelOrValue : target.scaled(0, labelOrValue));
  }

  /** Scales a record into the first row of each member. */
  private void scale(float[] features, int offset) {
    float[] first = scratch.rows.get(0).x;
    scaler.transform(features, offset, CLIP, first, 0);
    for (int m = 1; m < shape.replaying(); m++) {
      System.arraycopy(first, 0, scratch.rows.get(m).x, 0, inputs());
    }
  }

  private void widen(boolean replays) {
    for (int m = 0; m < shape.replaying() && shape.fourier() != null; m++) {
      MemberKind member = shape.member(m);
      if (member.fourier) {
        MemberBatch rows = scratch.rows.get(m);
        shape
            .fourier()
            .write(
                rows.x,
                shape.stride(),
                replays ? 1 + member.replays : 1,
                scratch.turns,
                rows.wide,
                shape.fourierStride());
      }
    }
  }

  /** The record that a member replays as its r-th with the example at hand. */
  private int drawn(int m, int r) {
    return scratch.draws.replayed(shape.drawnBefore(m) + r);
  }

  private void count(boolean taken) {
    if (taken) {
      steps++;
    } else {
      skippedSteps++;
    }
  }

  private void keep(float[] features, int offset, double label, float weight) {
    buffer.add(features, offset, label, weight, scratch.draws.place());
    if (previousLabel != null) {
      previousLabel.learn(label);
    }
    examples++;
  }

  /**
   * Predictions of the linear member, and the optional members' probabilities, go to the scratch;
   * optional members' values wait for {@link #mix}.
   */
  private void predictByOthers() {
    int stride = Kernels.stride(columns());
    int at = linearAt();
    if (frequencies == null) {
      linear.predictValue(features(), scratch.predictions, at);
    } else {
      frequencies.predict(scratch.frequencies, scratch.logFrequencies);
      linear.predictClasses(features(), scratch.logFrequencies, scratch.predictions, at, columns());
    }
    at += stride;
    if (shape.has(Extra.KNN)) {
      scratch.neighbours.find(scratch.rows.get(0).x, scaler, CLIP, buffer);
      if (classMixer != null) {
        Arrays.fill(scratch.predictions, at, at + stride, 0f);
        scratch.neighbours.vote(buffer, scratch.predictions, at, outputs());
        at += stride;
      }
    }
    if (previousLabel != null && classMixer != null) {
      Arrays.fill(scratch.predictions, at, at + stride, 0f);
      previousLabel.predict(scratch.predictions, at);
    }
  }

  private int columns() {
    return Kernels.padded(shape.outputs());
  }

  /**
   * Mixes the predictions in the scratch.
   *
   * @param mean of the target when the members predicted, as {@code deviation}
   */
  private void mix(double mean, double deviation, float[] out, int outOffset) {
    if (classMixer != null) {
      if (classes() == 1) {
        out[outOffset] = 1f;
      } else {
        classMixer.mix(scratch, columns());
        averageClasses(out, outOffset);
      }
      return;
    }
    int stride = Kernels.stride(columns());
    int k = 0;
    for (; k <= shape.networkPredictions(); k++) {
      valueMixer.take(k, mean + deviation * scratch.predictions[k * stride]);
    }
    if (shape.has(Extra.KNN)) {
      valueMixer.take(k++, scratch.neighbours.mean(buffer, mean));
    }
    if (previousLabel != null) {
      valueMixer.take(k, previousLabel.value(mean));
    }
    double mixed = valueMixer.mix();
    // What the target is about is anybody's guess before the first.
    PredictedValue.write(examples == 0 ? Double.NaN : mixed, deviation, out, outOffset);
  }

  @Override
  public void addClass() {
    if (classMixer == null) {
      throw new IllegalStateException("a model of a value has no classes");
    }
    needScratch();
    AutoShape.Kind kind = shape.kind();
    shape =
        scratch.shape(
            new AutoShape.Kind(
                kind.spec(), kind.seed(), kind.task(), kind.inputs(), kind.classes() + 1));
    members.grow(shape, keySeed);
    classMixer.addClass();
    linear.widen(shape.outputs());
    frequencies.addClass();
    if (previousLabel != null) {
      previousLabel.addClass();
    }
  }

  @Override
  public long memoryBytes() {
    long floats =
        shape.parameters() + linear.floats() + buffer.floats() + 4 * MixerWeights.MOST + classes();
    if (previousLabel != null) {
      floats += previousLabel.floats();
    }
    return floats * Float.BYTES + (scaler.numbers() + 4) * Double.BYTES;
  }

  @Override
  public AutoLearner copy() {
    return new AutoLearner(this, keySeed);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    new ModelHeader(text(shape.kind()), inputs(), classes(), indicators()).write(out);
    // Random features are drawn from it, so the one in the settings may change.
    out.writeLong(shape.kind().seed());
    out.writeLong(keySeed);
    scaler.write(out);
    if (target != null) {
      target.write(out);
    }
    members.write(out);
    weights.write(out);
    answer.write(out);
    linear.write(out);
    if (classMixer == null) {
      valueMixer.write(out);
    } else {
      classMixer.write(out);
      frequencies.write(out);
    }
    buffer.write(out);
    if (previousLabel != null) {
      previousLabel.write(out);
    }
    out.writeLong(examples);
    out.writeLong(steps);
    out.writeLong(skippedSteps);
    out.writeLong(clippedSteps());
    out.writeLong(rollbacks());
  }

  /** What decides which numbers a stored mixture consists of. */
  private static String text(AutoShape.Kind kind) {
    return kind.task().id() + ", " + kind.spec().id();
  }

  /** Reads what {@link #write} wrote; see {@link Models#read}. */
  static AutoLearner read(DataInput in, AutoModelSpec spec, Task task, Workspace shared)
      throws IOException {
    AutoShape.Kind none = new AutoShape.Kind(spec.auto(), spec.seed(), task, 1, 0);
    ModelHeader header = ModelHeader.read(in, text(none), spec.indicators());
    AutoScratch scratch = AutoScratch.of(shared);
    AutoShape.Kind kind =
        new AutoShape.Kind(spec.auto(), in.readLong(), task, header.inputs(), header.classes());
    SizeChecks.requireBytes(in, "the stored model", AutoShape.storedBytes(kind));
    AutoShape shape = scratch.shape(kind);
    AutoLearner learner =
        new AutoLearner(shape, header.indicators(), in.readLong(), scratch, new Members(shape));
    learner.readRest(in);
    return learner;
  }

  private void readRest(DataInput in) throws IOException {
    scaler.read(in);
    if (target != null) {
      target.read(in);
    }
    members.read(in);
    weights.read(in);
    answer.read(in);
    linear.read(in);
    if (classMixer == null) {
      valueMixer.read(in);
    } else {
      classMixer.read(in);
      frequencies.read(in);
    }
    buffer.read(in, classes());
    if (previousLabel != null) {
      previousLabel.read(in);
    }
    examples = in.readLong();
    steps = in.readLong();
    skippedSteps = in.readLong();
    in.readLong(); // those clipped
    in.readLong(); // rollbacks
  }
}
