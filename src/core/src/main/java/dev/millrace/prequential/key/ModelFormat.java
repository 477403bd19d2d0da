package dev.millrace.prequential.key;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ValueLimit;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes a {@link PrequentialModel} with its metrics and counters, by hand: parts are
 * checked against those read before them.
 */
public final class ModelFormat {
  /** Version of the bytes of stored state and of published models. */
  public static final int VERSION = 1;

  // Of the first number, whose lower half is the version.
  private static final int COLUMNS_FOLLOW = 1 << Short.SIZE;
  private static final int VERSION_BITS = COLUMNS_FOLLOW - 1;

  /** {@link #columns} of an input that declares none. */
  static final int NO_COLUMNS = List.of().toString().hashCode();

  private static final int MAX_NAMES = 20;

  // What else predictions need.
  static final int BOUNDS_FLAG = 1;
  static final int DERIVED_FLAG = 2;
  static final int ALL_FLAGS = BOUNDS_FLAG | DERIVED_FLAG;

  private ModelFormat() {}

  /**
   * Reads the version, and the columns that the key's first record declared.
   *
   * @return null if it declared none
   */
  public static @Nullable DeclaredColumns readColumns(BoundedDataInput in) throws IOException {
    int first = in.readInt();
    requireVersion(first & VERSION_BITS);
    return (first & COLUMNS_FOLLOW) == 0
        ? null
        : DeclaredColumns.read(SizeChecks.readBytes(in, "bytes of declared columns"));
  }

  /** Writes the version, and the columns that the key's first record declared. */
  public static void writeColumns(@Nullable DeclaredColumns columns, DataOutput out)
      throws IOException {
    out.writeInt(columns == null ? VERSION : VERSION | COLUMNS_FOLLOW);
    if (columns != null) {
      out.writeInt(columns.bytes().length);
      out.write(columns.bytes());
    }
  }

  /** Returns the exception for values that no release has written. */
  public static IOException damaged(RuntimeException e) {
    return new IOException("model state: damaged (" + e + ")", e);
  }

  private static void requireVersion(int version) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          ("model state: version %d is not %d, which this release reads; use the release that wrote"
                  + " it")
              .formatted(version, VERSION));
    }
  }

  /** Writes everything that is needed to continue as if never stopped. */
  static void write(PrequentialModel model, DataOutput out) throws IOException {
    out.writeUTF(model.task.name());
    out.writeInt(model.columns);
    model.counters.write(out);
    model.classes.write(out);
    model.metrics.writeWithKind(out);
    model.learner.write(out);
    if (model.task == Task.REGRESSION) {
      model.targetLimit.write(out);
    }
    model.parts.write(out);
  }

  /**
   * Writes what predictions need: features, class names, learner, bounds of predictions and what
   * features are derived from, nothing of the metrics.
   */
  static void writeModel(PrequentialModel model, DataOutput out) throws IOException {
    out.writeUTF(model.task.name());
    out.writeInt(model.columns);
    model.classes.write(out);
    // After their length: a summary skips them.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writeExtras(model, new DataOutputStream(bytes));
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
    LearnerSummary.writeCounts(model.learner, out);
    model.learner.write(out);
  }

  private static void writeExtras(PrequentialModel model, DataOutput out) throws IOException {
    Intervals intervals = model.part(Intervals.class);
    DerivedState derived = model.part(DerivedState.class);
    out.writeByte((intervals == null ? 0 : BOUNDS_FLAG) | (derived == null ? 0 : DERIVED_FLAG));
    if (intervals != null) {
      intervals.bounds.writeWithLevel(out);
    }
    if (derived != null) {
      derived.write(out);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws ModelMismatchException if it is of another kind than the settings say, naming both
   * @throws IOException if it is of a newer release, or damaged
   */
  public static PrequentialModel read(BoundedDataInput in, TrainSpec spec, Workspace workspace)
      throws IOException {
    Task task = Task.valueOf(in.readUTF());
    requireOneOutput(task);
    int storedColumns = in.readInt();
    KeyCounters counters = State.read(in, new KeyCounters(spec.countsDuplicates()));
    ClassNames classes = ClassNames.read(in);
    requireDeclaredTask(task, classes, spec.input().task());
    int columns = columns(spec.input(), workspace);
    if (spec.input().forecast() != null) {
      // Its seasons are in the metrics too.
      requireSameColumns(storedColumns, columns, spec);
    }
    RollingMetrics metrics = RollingMetrics.read(in, spec.metrics());
    classes.requireMetrics(task, metrics);
    OnlineModel learner = Models.read(in, spec.model(), task, workspace);
    // Checked behind the model, whose indicators name the difference.
    requireSameColumns(storedColumns, columns, spec);
    classes.requireModel(task, learner.classes());
    ValueLimit targetLimit = new ValueLimit();
    if (task == Task.REGRESSION) {
      State.read(in, targetLimit);
    }
    PartOrigin origin = new PartOrigin(spec, null, task, classes, learner, workspace);
    KeyParts parts = KeyParts.read(in, origin);
    return new PrequentialModel(origin, columns, metrics, counters, targetLimit, parts);
  }

  // Where none was declared it was guessed from the labels of each key: as multiclass, also where
  // there were two classes, whose network is that of a binary task declared later.
  private static void requireDeclaredTask(Task stored, ClassNames classes, @Nullable Task declared)
      throws ModelMismatchException {
    boolean isOfTwo = declared == Task.BINARY && stored == Task.MULTICLASS && classes.size() <= 2;
    if (declared != null && !isOfTwo) {
      requireTask(stored, declared);
    }
  }

  private static void requireOneOutput(Task stored) throws ModelMismatchException {
    if (stored.hasOutputs()) {
      throw new ModelMismatchException(
          "the stored model has several outputs (%s), configured is one; %s"
              .formatted(stored.id(), ModelMismatchException.REMEDY));
    }
  }

  /** Checks that a stored model is of a task. */
  public static void requireTask(Task stored, Task configured) throws ModelMismatchException {
    if (configured != stored) {
      throw new ModelMismatchException(
          "the stored model is of another task: stored (%s), configured (%s); %s"
              .formatted(stored.id(), configured.id(), ModelMismatchException.REMEDY));
    }
  }

  /** Returns a hash of the declared features in their order: the meaning of the inputs. */
  public static int columns(InputSpec input) {
    String columns = input.features().toString();
    if (!input.crosses().isEmpty()) {
      columns += input.crosses();
    }
    if (!input.derived().isEmpty()) {
      columns += input.derived();
    }
    if (input.forecast() != null) {
      columns += input.forecast().inputs();
    }
    return columns.hashCode();
  }

  /**
   * Returns the same, computed once for all models of a workspace: it takes longer than reading.
   */
  public static int columns(InputSpec input, Workspace workspace) {
    return workspace.shared(Columns.class, Columns::new).of(input);
  }

  private static final class Columns {
    private @Nullable InputSpec input;
    private int hash;

    int of(InputSpec other) {
      if (other != input) {
        hash = columns(other);
        input = other;
      }
      return hash;
    }
  }

  /** Returns the columns that stored state was trained on; its version comes first. */
  public static int columns(BoundedDataInput in) throws IOException {
    readColumns(in);
    in.readUTF();
    return in.readInt();
  }

  // A model whose columns were swapped would predict nonsense without an error.
  public static void requireSameColumns(int stored, int configured, TrainSpec spec)
      throws IOException {
    if (stored != configured) {
      throw otherFeatures("the models were trained", spec.input(), ", or reset the key");
    }
  }

  /** Returns the exception for models whose inputs mean something else. */
  static ModelMismatchException otherFeatures(String trained, InputSpec input, String more) {
    String names =
        input.features().stream()
            .limit(MAX_NAMES)
            .map(FeatureSpec::name)
            .collect(Collectors.joining(", "));
    return new ModelMismatchException(
        "%s on other input.features, or on these in another order or of other types: %s%s; restore the stored input.features%s"
            .formatted(trained, names, input.features().size() > MAX_NAMES ? ", …" : "", more));
  }
}
