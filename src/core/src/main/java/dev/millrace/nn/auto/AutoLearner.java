package dev.millrace.nn.auto;

import dev.millrace.data.IdColumns;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.nn.AutoModelSpec;
import dev.millrace.nn.AutoSpec.Extra;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelHeader;
import dev.millrace.nn.PagedPart;
import dev.millrace.nn.PerExampleModel;
import dev.millrace.nn.RowVariants;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.experts.ExpertModel;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.nominal.NominalColumns;
import dev.millrace.nn.tails.TailColumns;
import dev.millrace.simd.Kernels;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.StateWriter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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
public abstract sealed class AutoLearner extends PerExampleModel
    permits AutoClassifier, AutoRegressor {

  /** Share of the past that scalers forget with each value. */
  static final double DECAY = 0.001;

  static final float CLIP = 4f;

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
  // Of the rows; networks may see more numbers or fewer.
  private final int inputs;
  final Scaler scaler;
  private final TailColumns tails;
  final ReplayBuffer buffer;
  private final Members members;
  final MixerWeights weights;
  final LinearMember linear;
  final FernMember ferns;
  private NominalColumns nominal = NominalColumns.NONE;
  final FixedShare answer;
  // Null if records have no ids.
  final @Nullable IdMember ids;
  private AutoShape shape;
  // Null in an unused copy: a state backend copies models, and shares scratch.
  private @Nullable AutoScratch scratch;
  private boolean hasStarted;
  private long examples;
  private long steps;
  private long skippedSteps;
  // Of the next example, when its features came; null if they come with the label.
  private float @Nullable [] recalled;
  private int recalledAt;

  AutoLearner(
      AutoShape shape,
      Indicators indicators,
      long keySeed,
      @Nullable AutoScratch scratch,
      Members members) {
    this.shape = shape;
    this.indicators = indicators;
    this.keySeed = keySeed;
    this.scratch = scratch;
    this.members = members;
    drawSeed = drawSeed(shape, keySeed);
    IdLayout layout = shape.kind().ids();
    inputs = layout == null ? shape.inputs() - shape.kind().previousInputs() : layout.width;
    ids = layout == null ? null : new IdMember(layout, shape, keySeed);
    scaler =
        layout == null
            ? new Scaler(shape.inputs(), DECAY, indicators)
            : new Scaler(shape.inputs(), DECAY, layout.indicators(), layout.partners());
    tails = new TailColumns(shape.inputs());
    buffer = new ReplayBuffer(shape.inputs(), shape.kind().spec().buffer(), shape.has(Extra.KNN));
    weights = weights(shape);
    linear = new LinearMember(shape.inputs(), shape.outputs(), ids == null);
    ferns = new FernMember(shape, keySeed);
    answer = shape.isClassification() ? FixedShare.withPreviousLabel() : new FixedShare();
  }

  private static MixerWeights weights(AutoShape shape) {
    int all = shape.predictions();
    int[] newcomers = shape.newcomers();
    if (shape.kind().ids() == null) {
      return new MixerWeights(all, newcomers);
    }
    return shape.isClassification()
        ? MixerWeights.ofClassesWithIds(all, shape.networkPredictions(), newcomers)
        : MixerWeights.withIds(all, newcomers);
  }

  private static long drawSeed(AutoShape shape, long keySeed) {
    long seed = WeightInitializer.mix(shape.kind().seed() ^ REPLAY_DOMAIN);
    return WeightInitializer.mix(seed ^ keySeed);
  }

  /** Creates a mixture that has learned nothing; see {@link Models#create}. */
  static AutoLearner create(AutoModelSpec spec, Task task, int inputs, int classes, long keySeed) {
    if (inputs < 1) {
      throw new IllegalArgumentException("a model needs at least 1 feature, but has " + inputs);
    }
    AutoScratch scratch = AutoScratch.of(new Workspace());
    int known = task.isClassification() ? classes : 0;
    Indicators indicators = spec.indicators().first(inputs);
    AutoShape shape = scratch.shape(kind(spec, spec.seed(), task, inputs, known, indicators));
    Members members = Members.initial(shape, keySeed);
    AutoLearner learner = of(shape, indicators, keySeed, scratch, members);
    if (learner.ids != null) {
      learner.ids.begin(shape, keySeed, scratch);
    }
    return learner;
  }

  /** Returns the settings of mixtures of rows of a width. */
  static AutoShape.Kind kind(
      AutoModelSpec spec, long seed, Task task, int rowWidth, int classes, Indicators indicators) {
    if (indicators.ids().isEmpty()) {
      int previous = task.isClassification() || indicators.expertColumns().length > 0 ? 0 : 1;
      return new AutoShape.Kind(
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
    return new AutoShape.Kind(spec.auto(), seed, task, layout.inputs(), classes, layout, 0, 0);
  }

  /** Returns the bytes in memory of a mixture whose buffer is full, and that knows no id. */
  static long modelBytes(AutoModelSpec spec, Task task, int rowWidth, int classes) {
    Indicators indicators = spec.indicators().first(rowWidth);
    boolean hasExperts = task == Task.REGRESSION && indicators.expertColumns().length > 0;
    return AutoShape.bytes(kind(spec, spec.seed(), task, rowWidth, classes, indicators))
        + (hasExperts ? new ExpertModel(indicators, rowWidth).memoryBytes() : 0);
  }

  private static AutoLearner of(
      AutoShape shape,
      Indicators indicators,
      long keySeed,
      @Nullable AutoScratch scratch,
      Members members) {
    return shape.isClassification()
        ? new AutoClassifier(shape, indicators, keySeed, scratch, members)
        : new AutoRegressor(shape, indicators, keySeed, scratch, members);
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
    return State.isFinite(this::visit) && (ids == null || ids.isFinite());
  }

  @Override
  public Indicators indicators() {
    return indicators;
  }

  @Override
  public int inputs() {
    return inputs;
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

  /** Returns the learning rate of the first member. */
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
    scratch(AutoScratch.of(shared));
  }

  /** Returns the scratch of the workspace in use, or of a new one if there is none. */
  final AutoScratch scratch() {
    return scratch != null ? scratch : scratch(AutoScratch.of(new Workspace()));
  }

  private AutoScratch scratch(AutoScratch other) {
    if (scratch != other) {
      scratch = other;
      shape = other.shape(shape.kind());
      if (ids != null) {
        ids.use(other.networks);
      }
    }
    return other;
  }

  final AutoShape shape() {
    return shape;
  }

  @Override
  public void predict(float[] features, int offset, float[] out) {
    AutoScratch own = scratch();
    encode(features, offset, own);
    predictEncoded(own, out);
  }

  private void predictEncoded(AutoScratch own, float[] out) {
    scale(own);
    widen(false, own);
    members.predict(own);
    mix(own, out);
  }

  /** Looks up the ids of a row, and leaves what the networks see of it in the scratch. */
  private void encode(float[] features, int offset, AutoScratch own) {
    own.row = features;
    own.rowOffset = offset;
    predictExperts(own);
    own.encoded = own.row;
    own.encodedOffset = own.rowOffset;
    if (ids != null) {
      predictBaseline(own);
      own.encoded = ids.encode(own, shape);
      own.encodedOffset = 0;
      return;
    }
    addPrevious(own);
    if (!tails.isEmpty()) {
      float[] row = own.changeRow(shape.inputs());
      tails.write(row, 0, row, 0);
    }
    if (!nominal.isEmpty()) {
      nominal.addCodes(own.changeRow(shape.inputs()), shape.inputs());
    }
  }

  /** Replaces the row by one whose experts are relative to what they predict together. */
  void predictExperts(AutoScratch own) {}

  /** Adds the previous value to the row, where it is an input. */
  void addPrevious(AutoScratch own) {}

  /** Writes what is predicted without features to the scratch, where ids are compared with it. */
  void predictBaseline(AutoScratch own) {}

  /** Mixes the other predictions with those of the networks in the scratch. */
  abstract void mix(AutoScratch own, float[] out);

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    Scaler before = scaler.copy();
    AutoScratch own = scratch();
    encode(features, offset, own);
    scaler.update(own.encoded, own.encodedOffset);
    try {
      predictEncoded(own, out);
    } finally {
      scaler.startFrom(before);
    }
  }

  @Override
  public void predictVariants(
      float[] features, int offset, int count, RowVariants variants, float[] out) {
    float[] prediction = new float[outputs()];
    float[] whole = new float[shape.inputs()];
    float[] known = new float[shape.inputs() + nominal.count()];
    Scaler before = scaler.copy();
    AutoScratch own = scratch();
    encode(features, offset, own);
    System.arraycopy(own.encoded, own.encodedOffset, whole, 0, whole.length);
    scaler.update(whole, 0);
    try {
      for (int i = 0; i < count; i++) {
        encode(variants.row(i), 0, own);
        for (int c = 0; c < whole.length; c++) {
          float value = own.encoded[own.encodedOffset + c];
          // What only the variant does not know is at its mean; missing numbers stay missing.
          boolean isUnknown = Float.isNaN(value) && !Float.isNaN(whole[c]);
          known[c] = isUnknown ? (float) scaler.mean(c) : value;
        }
        nominal.addCodes(known, whole.length);
        own.encoded = known;
        own.encodedOffset = 0;
        predictEncoded(own, prediction);
        System.arraycopy(prediction, 0, out, i * prediction.length, prediction.length);
      }
    } finally {
      scaler.startFrom(before);
    }
  }

  @Override
  public final void recall(float[] memory, int at) {
    recalled = remembered() > 0 ? memory : null;
    recalledAt = at;
  }

  /** Returns the array with what was remembered of the example at hand; null if nothing was. */
  final float @Nullable [] recalled() {
    return recalled;
  }

  /** Returns where that begins in the array. */
  final int recalledAt() {
    return recalledAt;
  }

  /** Ends the example that something was remembered of. */
  final void forget() {
    recalled = null;
  }

  @Override
  protected void expect(int examplesToCome) {
    scratch().draws.begin(buffer, drawSeed, examples, examplesToCome, shape.replays());
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int label, float weight, float[] out, int outOffset) {
    throw new IllegalStateException("a model of a value has no classes");
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double value, float weight, float[] out, int outOffset) {
    throw new IllegalStateException("a model of classes has no value");
  }

  static float limited(float weight) {
    return Math.min(weight, MAX_WEIGHT);
  }

  /** Scales the record and those to replay; returns false if there is none to replay. */
  final boolean prepare(float[] features, int offset, float weight, AutoScratch own) {
    own.draws.next();
    encode(features, offset, own);
    scaler.update(own.encoded, own.encodedOffset);
    scale(own);
    boolean replays = buffer.size() > 0;
    for (int m = 0; m < shape.replaying(); m++) {
      MemberBatch rows = own.rows.get(m);
      rows.weights[0] = weight;
      for (int r = 1; replays && r <= shape.member(m).replays; r++) {
        int record = drawn(m, r, own);
        int at = buffer.offset(record);
        scaler.transform(buffer.rows(), at, buffer.step(), CLIP, rows.x, r * shape.stride());
        rows.weights[r] = buffer.weight(record);
      }
    }
    widen(replays, own);
    return replays;
  }

  /** Lets the networks predict and learn the prepared record, and those to replay. */
  final void learnMembers(double labelOrValue, boolean replays, AutoScratch own) {
    for (int m = 0; m < shape.replaying(); m++) {
      float[] targets = own.rows.get(m).targets;
      targets[0] = scaledTarget(labelOrValue);
      for (int r = 1; replays && r <= shape.member(m).replays; r++) {
        targets[r] = scaledTarget(buffer.target(drawn(m, r, own)));
      }
    }
    if (members.learn(replays, own)) {
      steps++;
    } else {
      skippedSteps++;
    }
  }

  /** Returns what the networks learn of a label or value. */
  abstract float scaledTarget(double labelOrValue);

  /** Scales the encoded record into the first row of each member. */
  private void scale(AutoScratch own) {
    float[] first = own.rows.get(0).x;
    scaler.transform(own.encoded, own.encodedOffset, CLIP, first, 0);
    for (int m = 1; m < shape.replaying(); m++) {
      System.arraycopy(first, 0, own.rows.get(m).x, 0, shape.inputs());
    }
  }

  private void widen(boolean replays, AutoScratch own) {
    FourierFeatures fourier = shape.fourier();
    for (int m = 0; m < shape.replaying() && fourier != null; m++) {
      MemberKind member = shape.member(m);
      if (member.fourier) {
        MemberBatch rows = own.rows.get(m);
        int count = replays ? 1 + member.replays : 1;
        fourier.write(rows.x, count, own.turns, rows.wide, shape.fourierStride());
      }
    }
  }

  /** Returns the record that a member replays as its r-th with the example at hand. */
  private int drawn(int m, int r, AutoScratch own) {
    return own.draws.replayed(shape.drawnBefore(m) + r);
  }

  /** Keeps a learned record for replay. */
  final void keep(double label, float weight, AutoScratch own) {
    buffer.add(own.encoded, own.encodedOffset, label, weight, own.draws.place());
    if (!hasStarted && buffer.has(FIRST_RECORDS)) {
      startColumns();
    }
    ferns.startIfReady(this, own);
    examples++;
  }

  /**
   * Decides by the first records which columns and targets have a heavy tail, and scales those;
   * finds the nominal columns.
   */
  private void startColumns() {
    hasStarted = true;
    int records = buffer.size();
    // Of rows with ids networks see numbers and logarithms already.
    tails.start(
        records, buffer::feature, column -> ids == null && !scaler.indicators().contains(column));
    float[] row = new float[shape.inputs()];
    for (int record = 0; record < records; record++) {
      buffer.copyFeatures(record, row);
      tails.write(row, 0, row, 0);
      buffer.setFeatures(record, row, 0);
    }
    for (int column : tails.places()) {
      scaler.restart(column);
      for (int record = 0; record < records; record++) {
        float scaled = buffer.feature(record, column);
        if (!Float.isNaN(scaled)) {
          scaler.update(column, scaled);
        }
      }
    }
    startTargetTail();
    startPrevious();
    if (shape.kind().indicators() > 0) {
      nominal =
          NominalColumns.among(shape.inputs(), indicators::contains, records, buffer::feature);
    }
  }

  /**
   * Returns the nominal columns of a row, whose codes follow its inputs; none before they start.
   */
  final NominalColumns nominal() {
    return nominal;
  }

  /** Decides by the records in the buffer whether the previous value stays an input. */
  void startPrevious() {}

  /** Decides by the targets in the buffer whether they have a heavy tail. */
  void startTargetTail() {}

  /** Scaled features of the record at hand. */
  static float[] scaled(AutoScratch own) {
    return own.rows.get(0).x;
  }

  /** Index of the linear member's prediction. */
  final int linearAt() {
    return shape.networkPredictions() * Kernels.stride(columns());
  }

  /** Index of the ferns' prediction. */
  final int fernsAt() {
    return linearAt() + Kernels.stride(columns());
  }

  final int columns() {
    return Kernels.padded(shape.outputs());
  }

  @Override
  public void addClass() {
    AutoShape.Kind kind = shape.kind();
    shape = scratch().shape(kind.withClasses(kind.classes() + 1));
    members.grow(shape, keySeed);
    linear.widen(shape.outputs());
    ferns.widen(shape.outputs());
    if (ids != null) {
      ids.addClass(shape);
    }
  }

  @Override
  public long memoryBytes() {
    long floats =
        shape.parameters()
            + shape.floatsOfOthers()
            + buffer.floats()
            + 4 * MixerWeights.MAX_PREDICTIONS
            + classes();
    long ofIds = ids == null ? 0 : ids.memoryBytes();
    return floats * Float.BYTES
        + (scaler.numbers() + 4) * Double.BYTES
        + ferns.memoryBytes()
        + tails.memoryBytes()
        + nominal.memoryBytes()
        + ofIds;
  }

  @Override
  public List<PagedPart> pagedParts() {
    return ids == null ? List.of() : List.of(ids.table());
  }

  @Override
  public final AutoLearner copy() {
    return copy(keySeed);
  }

  /** Returns a copy whose random draws are those of another key. */
  private AutoLearner copy(long otherKeySeed) {
    AutoLearner copy = of(shape, indicators, otherKeySeed, null, new Members(shape));
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
    visitScalers(v);
    visitTarget(v);
    members.visit(v);
    linear.visit(v);
    ferns.visit(v, nominal);
    visitMembers(v);
    if (ids != null) {
      ids.visit(v, shape, this::scratch);
    }
    visitLastMember(v);
    weights.visit(v);
    answer.visit(v);
    visitMixer(v);
    buffer.visit(v, classes());
    examples = v.number(examples);
    steps = v.number(steps);
    skippedSteps = v.number(skippedSteps);
    // Always 0; LearnerSummary reads the same counts of every model.
    v.number(clippedSteps());
    v.number(rollbacks());
  }

  void visitScalers(StateVisitor v) throws IOException {
    if (ids == null) {
      tails.visit(v);
    }
    nominal =
        v.value(nominal, NominalColumns::write, in -> NominalColumns.read(in, shape.inputs()));
    scaler.visit(v);
  }

  abstract void visitTarget(StateVisitor v) throws IOException;

  void visitMembers(StateVisitor v) throws IOException {}

  void visitLastMember(StateVisitor v) throws IOException {}

  abstract void visitMixer(StateVisitor v) throws IOException;

  /** Describes which numbers a stored mixture consists of. */
  private static String text(AutoShape.Kind kind) {
    return kind.task().id() + ", " + kind.spec().id();
  }

  /** Reads what {@link #write} wrote; see {@link Models#read}. */
  static AutoLearner read(DataInput in, AutoModelSpec spec, Task task, Workspace shared)
      throws IOException {
    AutoShape.Kind none = new AutoShape.Kind(spec.auto(), spec.seed(), task, 1, 0);
    ModelHeader header = ModelHeader.read(in, text(none), spec.indicators());
    AutoScratch scratch = AutoScratch.of(shared);
    IdColumns stored = header.indicators().ids();
    IdColumns configured = spec.indicators().ids();
    // Equal but for the limit, which may change.
    Indicators indicators =
        header.indicators().with(configured.equals(stored) ? configured : stored);
    AutoShape.Kind kind =
        kind(spec, in.readLong(), task, header.inputs(), header.classes(), indicators);
    SizeChecks.requireBytes(in, "the stored model", AutoShape.storedBytes(kind));
    AutoShape shape = scratch.shape(kind);
    AutoLearner learner = of(shape, indicators, in.readLong(), scratch, new Members(shape));
    learner.visit(new StateReader(in));
    return learner;
  }
}
