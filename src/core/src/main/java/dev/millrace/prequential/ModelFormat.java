package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ValueLimit;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.prequential.KeyParts.Origin;
import dev.millrace.prequential.ModelSnapshot.Predictor;
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
final class ModelFormat {
  /** {@link #columns} of an input that declares none. */
  static final int NO_COLUMNS = List.of().toString().hashCode();

  private static final int MAX_NAMES = 20;

  // What else predictions need.
  private static final int BOUNDS_FLAG = 1;
  private static final int DERIVED_FLAG = 2;

  private ModelFormat() {}

  /** Writes everything that is needed to continue as if never stopped. */
  static void write(PrequentialModel model, DataOutput out) throws IOException {
    out.writeUTF(model.task.name());
    out.writeInt(model.columns);
    model.counters.write(out);
    model.classes.write(out);
    RollingMetrics.write(model.metrics, out);
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
      ConformalBounds.write(intervals.bounds, out);
    }
    if (derived != null) {
      derived.write(out);
    }
  }

  /**
   * Returns a predictor with what {@link #writeModel} wrote before the model.
   *
   * @param extras their bytes
   */
  static Predictor readPredictor(OnlineModel model, byte[] extras, InputSpec input, Task task)
      throws IOException {
    BoundedDataInput in = new BoundedDataInput(extras);
    int flags = in.readByte();
    boolean hasBounds = (flags & BOUNDS_FLAG) != 0;
    ConformalBounds bounds = hasBounds ? ConformalBounds.read(in, task.isClassification()) : null;
    boolean hasDerived = (flags & DERIVED_FLAG) != 0;
    DerivedState derived = hasDerived ? State.read(in, new DerivedState(input)) : null;
    SizeChecks.require("bytes after the bounds and the derived features", in.left(), 0);
    return new Predictor(model, derived, bounds);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws ModelMismatchException if it is of another kind than the settings say, naming both
   * @throws IOException if it is of a newer release, or damaged
   */
  static PrequentialModel read(BoundedDataInput in, TrainSpec spec, Workspace workspace)
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
    requireMetrics(task, metrics, classes);
    OnlineModel learner = Models.read(in, spec.model(), task, workspace);
    // Checked behind the model, whose indicators name the difference.
    requireSameColumns(storedColumns, columns, spec);
    requireClasses(task, learner.classes(), classes);
    ValueLimit targetLimit = new ValueLimit();
    if (task == Task.REGRESSION) {
      State.read(in, targetLimit);
    }
    Origin origin = new Origin(spec, null, task, classes, learner, workspace);
    KeyParts parts = KeyParts.read(in, origin);
    return new PrequentialModel(
        spec, task, columns, classes, metrics, learner, counters, targetLimit, parts);
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
  static void requireTask(Task stored, Task configured) throws ModelMismatchException {
    if (configured != stored) {
      throw new ModelMismatchException(
          "the stored model is of another task: stored (%s), configured (%s); %s"
              .formatted(stored.id(), configured.id(), ModelMismatchException.REMEDY));
    }
  }

  /**
   * Checks that a model that was read has a name for each of its classes.
   *
   * @throws IOException if it has not
   */
  static void requireClasses(Task task, int classes, ClassNames names) throws IOException {
    if (task.isClassification()) {
      SizeChecks.require("classes of the stored model", classes, names.size());
    }
  }

  /** Checks that stored metrics are of the model. */
  static void requireMetrics(Task task, RollingMetrics metrics, ClassNames names)
      throws IOException {
    boolean areOfClasses = metrics instanceof ClassificationMetrics;
    if (areOfClasses != task.isClassification()) {
      throw new IOException("metrics: not of the stored model's task; the bytes are damaged");
    }
    if (metrics instanceof ClassificationMetrics classification) {
      SizeChecks.require("classes in the metrics", classification.classes(), 0, names.size());
    }
  }

  /** Returns a hash of the declared features in their order: the meaning of the inputs. */
  static int columns(InputSpec input) {
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
  static int columns(InputSpec input, Workspace workspace) {
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
  static int columns(BoundedDataInput in) throws IOException {
    TrainState.readColumns(in);
    in.readUTF();
    return in.readInt();
  }

  // A model whose columns were swapped would predict nonsense without an error.
  static void requireSameColumns(int stored, int configured, TrainSpec spec) throws IOException {
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
