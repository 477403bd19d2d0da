package dev.millrace.nn.auto.members;

import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.Embeddings;
import dev.millrace.nn.Learner;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The predictions of a mixture that are made from ids; see {@link IdLearner}. */
final class IdMember implements Member {

  private static final Kernels KERNELS = KernelProvider.kernels();

  /** Name of the prediction of the linear model, if it is the only one. */
  private static final List<String> LINEAR = List.of("ids");

  /** The same, and with pairs of fields. */
  private static final List<String> PAIRS = List.of("ids", "id-pairs");

  /** The same, and a network that learns vectors of ids. */
  private static final List<String> NETWORK = List.of("ids", "id-network");

  /** Errors of scaled values are cut to plus or minus this. */
  private static final float MAX_ERROR = 3f;

  /** One such member of each mixture whose rows have ids. */
  record Plan(MixtureKind kind, IdLayout layout) implements MemberPlan {
    @Override
    public List<String> names() {
      return hasNetwork(layout) ? NETWORK : layout.hasPairs() ? PAIRS : LINEAR;
    }

    @Override
    public Start start() {
      return Start.EQUAL;
    }

    /** Returns the bytes of what is kept besides the table of ids. */
    @Override
    public long memoryBytes() {
      return hasNetwork(layout)
          ? Learner.modelBytes(
              spec(layout, kind.seed()), layout.task, layout.width, Math.max(1, kind.classes()))
          : 0;
    }

    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new IdMember(parts, layout, place.prediction());
    }
  }

  /** [classes]: what the network predicts. */
  private static final class NetworkScratch {
    float[] out = {};
  }

  private final MixtureParts parts;
  private final IdLayout layout;
  private final IdLearner learner;
  private final int prediction;
  private int classes;
  // Null unless there are several classes.
  private @Nullable Learner network;
  // [linear models], of the record at hand.
  private float[] errors;
  private @Nullable Workspace workspace;

  private IdMember(MixtureParts parts, IdLayout layout, int prediction) {
    this.parts = parts;
    this.layout = layout;
    this.prediction = prediction;
    learner = parts.requireIds();
    classes = parts.kind().classes();
    errors = new float[linearModels()];
  }

  private int linearModels() {
    return hasNetwork(layout) ? Math.max(1, classes) : 1;
  }

  @Override
  public void begin() {
    if (hasNetwork(layout)) {
      network =
          new Learner(
              spec(layout, parts.kind().seed()),
              layout.task,
              layout.width,
              classes,
              parts.keySeed(),
              this::vectors);
      network.use(Objects.requireNonNull(workspace));
    }
  }

  private Embeddings vectors(IdColumns columns, int dimension, long seed) {
    return learner.embeddings();
  }

  private static boolean hasNetwork(IdLayout layout) {
    return layout.task == Task.MULTICLASS;
  }

  private static NetworkSpec spec(IdLayout layout, long seed) {
    return ModelSpec.single(seed).withIndicators(layout.row);
  }

  @Override
  public void use(MemberPlan plan, Workspace shared) {
    workspace = shared;
    if (network != null) {
      network.use(shared);
    }
  }

  @Override
  public void predict(Row row) {
    if (row.isClassification) {
      predictClasses(row);
    } else {
      float linear = learner.linear(0, row.ids);
      row.setScaled(prediction, linear);
      if (layout.hasPairs()) {
        row.setScaled(prediction + 1, linear + learner.pairs(row.ids));
      }
    }
  }

  private void predictClasses(Row row) {
    if (network != null) {
      predictByNetwork(network, row);
    }
    for (int p = 0; p <= (layout.hasPairs() ? 1 : 0); p++) {
      float[] out = row.predictions;
      int from = row.at(prediction + p);
      System.arraycopy(row.logFrequencies, 0, out, from, classes);
      Arrays.fill(out, from + classes, from + row.columns, 0f);
      if (errors.length > 1) {
        for (int k = 0; k < classes; k++) {
          out[from + k] += learner.linear(k, row.ids);
        }
      } else {
        float pairs = p == 0 ? 0f : learner.pairs(row.ids);
        out[from + classes - 1] += learner.linear(0, row.ids) + pairs;
      }
      KERNELS.softmax(out, from, 1, classes, row.columns);
    }
  }

  private void predictByNetwork(Learner learned, Row row) {
    int at = row.at(prediction + 1);
    Arrays.fill(row.predictions, at, at + row.columns, 0f);
    if (classes > 0) {
      float[] out = networkOut(row);
      learned.predict(row.features, row.offset, out);
      System.arraycopy(out, 0, row.predictions, at, classes);
    }
  }

  private float[] networkOut(Row row) {
    NetworkScratch scratch = row.workspace.shared(NetworkScratch.class, NetworkScratch::new);
    scratch.out = Row.grown(scratch.out, classes);
    return scratch.out;
  }

  @Override
  public void learn(Row row) {
    predict(row);
    if (row.isClassification) {
      learnClass(row);
    } else {
      float linear = learner.linear(0, row.ids);
      float withPairs = linear + learner.pairs(row.ids);
      float target = row.scaledTarget;
      errors[0] = cut(linear - target);
      learn(row, cut(target), cut(withPairs - target));
    }
  }

  private void learnClass(Row row) {
    float target = 0f;
    float errorWithPairs = 0f;
    int at = row.at(prediction);
    if (classes == 1) {
      errors[0] = 0f; // nothing to tell apart yet
    } else if (network != null) {
      int label = row.label();
      network.learnClass(row.features, row.offset, label, row.weight, networkOut(row));
      for (int k = 0; k < errors.length; k++) {
        errors[k] = row.predictions[at + k] - (k == label ? 1f : 0f);
      }
    } else {
      target = row.label();
      errors[0] = row.predictions[at + 1] - target;
      int withPairs = row.at(prediction + 1);
      errorWithPairs = layout.hasPairs() ? row.predictions[withPairs + 1] - target : 0f;
    }
    learn(row, target, errorWithPairs);
  }

  private void learn(Row row, float target, float errorWithPairs) {
    learner.learn(row.features, row.offset, target, errors, errorWithPairs, row.weight, row.ids);
  }

  @Override
  public boolean learnsOneClass() {
    return true;
  }

  private static float cut(float error) {
    return Math.max(-MAX_ERROR, Math.min(MAX_ERROR, error));
  }

  @Override
  public void addClass(MixtureKind grown, MemberPlan plan) {
    classes = grown.classes();
    errors = new float[linearModels()];
    learner.addClass(classes);
    if (network != null) {
      network.addClass();
    }
  }

  @Override
  public List<PagedPart> pagedParts() {
    return List.of(learner.table());
  }

  @Override
  public boolean isFinite() {
    return learner.isFinite() && (network == null || network.isFinite());
  }

  @Override
  public boolean grows() {
    return true;
  }

  @Override
  public long memoryBytes() {
    return learner.memoryBytes() + (network == null ? 0 : network.memoryBytes());
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    learner.visit(v);
    if (hasNetwork(layout)) {
      NetworkSpec spec = spec(layout, parts.kind().seed());
      network =
          v.custom(
              network,
              Learner::write,
              in ->
                  Learner.read(
                      in, spec, layout.task, Objects.requireNonNull(workspace), this::vectors),
              other -> other.copy(this::vectors));
    }
  }
}
