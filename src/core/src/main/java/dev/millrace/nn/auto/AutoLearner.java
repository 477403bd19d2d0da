package dev.millrace.nn.auto;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.PerExampleModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.RowVariants;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.members.MemberKind;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.RowSteps;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.nn.auto.rows.Target;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.StateWriter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mixture that {@code model: auto} means: a scaler, several small networks and a linear model
 * that learn side by side, records kept for replay, and a mixer that learns how much each
 * prediction counts. The answer is an average of the mixture, the linear model and what can be
 * predicted without features; {@link FixedShare} bounds how much more than the last of these it may
 * lose.
 *
 * <p>Each record is a step of its own. Random draws are a function of seed, key and number of the
 * example, so none is stored. Not thread-safe.
 */
public final class AutoLearner extends PerExampleModel {

  /**
   * Records that heavy tails, nominal columns and the questions of ferns follow from; all of a
   * smaller buffer.
   */
  static final int FIRST_RECORDS = 100;

  /** No example counts for more, or squares of gradients would not fit a float. */
  private static final float MAX_WEIGHT = 1e6f;

  private static final long REPLAY_DOMAIN = 0x7265706C6179L;

  private final long keySeed;
  private final long drawSeed;
  private final Indicators indicators;
  private final RowSteps steps;
  final Scaler scaler;
  private final Target target;
  private final Mixture mixture;
  final ReplayBuffer buffer;
  private AutoShape shape;
  // Null in an unused copy: a state backend copies models, and shares scratch.
  private @Nullable Row row;
  // True once the first records have been learned.
  private boolean hasStarted;
  private long examples;
  private long updates;
  private long skippedSteps;
  // Of the next example, when its features came; null if they come with the label.
  private float @Nullable [] recalled;
  private int recalledAt;

  private AutoLearner(AutoShape shape, Indicators indicators, long keySeed, @Nullable Row row) {
    this.shape = shape;
    this.indicators = indicators;
    this.keySeed = keySeed;
    this.row = row;
    drawSeed =
        WeightInitializer.mix(WeightInitializer.mix(shape.kind().seed() ^ REPLAY_DOMAIN) ^ keySeed);
    MixtureParts parts = MixtureParts.of(shape.kind(), indicators, keySeed);
    steps = new RowSteps(parts);
    scaler = parts.scaler();
    target = parts.target();
    buffer = parts.buffer();
    mixture = new Mixture(shape, parts);
    if (row != null) {
      mixture.use(shape, row.workspace);
    }
  }

  /** Creates a mixture that has learned nothing; see {@link Models#create}. */
  static AutoLearner create(AutoModelSpec spec, Task task, int inputs, int classes, long keySeed) {
    if (inputs < 1) {
      throw new IllegalArgumentException("a model needs at least 1 feature, but has " + inputs);
    }
    Row row = Row.of(new Workspace());
    int known = task.isClassification() ? classes : 0;
    Indicators indicators = spec.indicators().first(inputs);
    AutoShape shape = AutoShape.of(kind(spec, spec.seed(), task, inputs, known, indicators), row);
    AutoLearner learner = new AutoLearner(shape, indicators, keySeed, row);
    learner.mixture.begin();
    return learner;
  }

  /** Returns the settings of mixtures of rows of a width. */
  static MixtureKind kind(
      AutoModelSpec spec, long seed, Task task, int rowWidth, int classes, Indicators indicators) {
    if (indicators.ids().isEmpty()) {
      int previous = task.isClassification() || indicators.expertColumns().length > 0 ? 0 : 1;
      return new MixtureKind(
          spec.auto(),
          seed,
          task,
          rowWidth + previous,
          classes,
          null,
          previous,
          indicators.columns().length);
    }
    IdLayout layout = new IdLayout(indicators, rowWidth, task);
    return new MixtureKind(spec.auto(), seed, task, layout.inputs(), classes, layout, 0, 0);
  }

  /** Returns the bytes in memory of a mixture whose buffer is full, and that knows no id. */
  static long modelBytes(AutoModelSpec spec, Task task, int rowWidth, int classes) {
    Indicators indicators = spec.indicators().first(rowWidth);
    MixtureKind kind = kind(spec, spec.seed(), task, rowWidth, classes, indicators);
    return AutoShape.bytes(kind)
        + MixtureParts.target(kind.withClasses(0), indicators).memoryBytes();
  }

  /**
   * Creates a mixture that starts from what another one has learned, with random draws of its own.
   *
   * @param learned bytes that {@link #write} wrote; read once for all that share the workspace
   */
  static AutoLearner startingFrom(
      byte[] learned, AutoModelSpec spec, Task task, long keySeed, Workspace shared) {
    return StartReader.read(
            learned, task, AutoLearner.class, shared, in -> read(in, spec, task, shared))
        .copy(keySeed);
  }

  /** Returns false if a number that was learned is not finite: it was damaged where it was kept. */
  public boolean isFinite() {
    return State.isFinite(this::visit) && mixture.isFinite();
  }

  @Override
  public Indicators indicators() {
    return indicators;
  }

  @Override
  public int inputs() {
    return shape.kind().width();
  }

  @Override
  public int outputs() {
    return shape.kind().isClassification() ? classes() : PredictedValue.FLOATS;
  }

  @Override
  public int classes() {
    return shape.classes();
  }

  @Override
  public long steps() {
    return updates;
  }

  @Override
  public long examples() {
    return examples;
  }

  /** Records of which a member's gradient was not finite (or beyond 1e15). */
  @Override
  public long skippedSteps() {
    return skippedSteps;
  }

  /** Returns 0: members do not clip gradients. */
  @Override
  public long clippedSteps() {
    return 0;
  }

  /** Returns 0: a member's steps are of bounded length. */
  @Override
  public long rollbacks() {
    return 0;
  }

  @Override
  public long keySeed() {
    return keySeed;
  }

  /** Returns the learning rate of the first network. */
  @Override
  public float learningRate() {
    return MemberKind.of(shape.kind().spec().tier()).get(0).learningRate;
  }

  @Override
  public MetricsReport.Members members() {
    return target.report(mixture.report(shape.names()));
  }

  @Override
  public void use(Workspace shared) {
    use(Row.of(shared));
  }

  /** Returns the row of the workspace in use, or of a new one if there is none. */
  private Row row() {
    return row != null ? row : use(Row.of(new Workspace()));
  }

  private Row use(Row other) {
    if (row != other) {
      row = other;
      shape = AutoShape.of(shape.kind(), other);
      mixture.use(shape, other.workspace);
    }
    return other;
  }

  @Override
  public void predict(float[] features, int offset, float[] out) {
    Row at = encoded(features, offset, null);
    predictEncoded(at, out);
  }

  /** Returns a row as members see it. */
  private Row encoded(float[] features, int offset, float @Nullable [] memory) {
    Row encoded = row();
    encoded.begin(
        shape.kind(), shape.predictions(), examples, features, offset, memory, recalledAt);
    target.begin(encoded);
    steps.encode(encoded);
    return encoded;
  }

  private void predictEncoded(Row encoded, float[] out) {
    steps.scale(encoded);
    mixture.predict(encoded, out, 0);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    Scaler before = scaler.copy();
    Row next = encoded(features, offset, null);
    steps.update(next);
    try {
      predictEncoded(next, out);
    } finally {
      scaler.startFrom(before);
    }
  }

  @Override
  public void predictVariants(
      float[] features, int offset, int count, RowVariants variants, float[] out) {
    float[] prediction = new float[outputs()];
    Scaler before = scaler.copy();
    Row whole = encoded(features, offset, null);
    float[] known = Arrays.copyOf(whole.encoded, shape.inputs());
    steps.update(whole);
    try {
      for (int i = 0; i < count; i++) {
        Row variant = encoded(variants.row(i), 0, null);
        // What only the variant does not know is at its mean; missing numbers stay missing.
        steps.replaceUnknown(variant, known);
        predictEncoded(variant, prediction);
        System.arraycopy(prediction, 0, out, i * prediction.length, prediction.length);
      }
    } finally {
      scaler.startFrom(before);
    }
  }

  @Override
  public int remembered() {
    return target.remembered(shape.predictions());
  }

  @Override
  public void predictPending(float[] features, int offset, float[] out, float[] memory, int at) {
    predictNext(features, offset, out);
    if (remembered() > 0) {
      target.remember(row(), memory, at);
    }
  }

  @Override
  public void recall(float[] memory, int at) {
    recalled = remembered() > 0 ? memory : null;
    recalledAt = at;
  }

  @Override
  protected void expect(int examplesToCome) {
    row().draws.begin(buffer, drawSeed, examples, examplesToCome, shape.replays());
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int label, float weight, float[] out, int outOffset) {
    return learn(features, offset, label, weight, out, outOffset);
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double value, float weight, float[] out, int outOffset) {
    return learn(features, offset, value, weight, out, outOffset);
  }

  private float learn(
      float[] features, int offset, double labelOrValue, float weight, float[] out, int outOffset) {
    row().draws.next();
    Row learned = encoded(features, offset, recalled);
    recalled = null;
    learned.weight = Math.min(weight, MAX_WEIGHT);
    learned.hasSkipped = false;
    steps.update(learned);
    steps.scale(learned);
    target.observe(labelOrValue, learned);
    float loss = mixture.learn(learned, out, outOffset);
    target.learn(labelOrValue, learned);
    buffer.add(learned.encoded, 0, learned.target, learned.weight, learned.draws.place());
    if (!hasStarted && buffer.has(FIRST_RECORDS)) {
      start(learned);
    }
    count(learned);
    return loss;
  }

  /** Counts the example, and the step if there was one: of a single class nothing is learned. */
  private void count(Row learned) {
    examples++;
    if (learned.hasSkipped) {
      skippedSteps++;
    } else if (learned.classes != 1) {
      updates++;
    }
  }

  /** Decides by the first records how rows are prepared, and lets members learn them. */
  private void start(Row learned) {
    hasStarted = true;
    mixture.startScale(buffer);
    steps.start(buffer);
    target.begin(learned); // of now, not what a late label was predicted from
    mixture.start(learned);
  }

  @Override
  public void addClass() {
    target.addClass();
    Row used = row();
    MixtureKind kind = shape.kind();
    shape = AutoShape.of(kind.withClasses(kind.classes() + 1), used);
    mixture.addClass(shape);
  }

  @Override
  public long memoryBytes() {
    return mixture.memoryBytes()
        + (buffer.floats() + classes()) * Float.BYTES
        + (scaler.numbers() + 4) * Double.BYTES
        + steps.memoryBytes()
        + target.memoryBytes();
  }

  @Override
  public List<PagedPart> pagedParts() {
    return mixture.pagedParts();
  }

  @Override
  public AutoLearner copy() {
    return copy(keySeed);
  }

  /** Returns a copy whose random draws are those of another key. */
  private AutoLearner copy(long otherKeySeed) {
    AutoLearner copy = new AutoLearner(shape, indicators, otherKeySeed, null);
    State.copy(this::visit, copy::visit);
    return copy;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    new ModelHeader(text(shape.kind()), inputs(), classes(), indicators()).write(out);
    // Random features are drawn from it, so the one in the settings may change.
    out.writeLong(shape.kind().seed());
    out.writeLong(keySeed);
    visit(new StateWriter(out));
  }

  private void visit(StateVisitor v) throws IOException {
    hasStarted = v.flag(hasStarted);
    steps.visit(v);
    target.visit(v);
    mixture.visit(v);
    buffer.visit(v, classes());
    examples = v.number(examples);
    updates = v.number(updates);
    skippedSteps = v.number(skippedSteps);
  }

  /** Describes which numbers a stored mixture consists of. */
  private static String text(MixtureKind kind) {
    return kind.task().id() + ", " + kind.spec().id();
  }

  /** Reads what {@link #write} wrote; see {@link Models#read}. */
  static AutoLearner read(DataInput in, AutoModelSpec spec, Task task, Workspace shared)
      throws IOException {
    MixtureKind none = new MixtureKind(spec.auto(), spec.seed(), task, 1, 0);
    ModelHeader header = ModelHeader.read(in, text(none), spec.indicators());
    Row row = Row.of(shared);
    IdColumns stored = header.indicators().ids();
    IdColumns configured = spec.indicators().ids();
    // Equal but for the limit, which may change.
    Indicators indicators =
        header.indicators().with(configured.equals(stored) ? configured : stored);
    MixtureKind kind =
        kind(spec, in.readLong(), task, header.inputs(), header.classes(), indicators);
    SizeChecks.requireBytes(in, "the stored model", AutoShape.storedBytes(kind));
    AutoShape shape = AutoShape.of(kind, row);
    AutoLearner learner = new AutoLearner(shape, indicators, in.readLong(), row);
    learner.visit(new StateReader(in));
    return learner;
  }
}
