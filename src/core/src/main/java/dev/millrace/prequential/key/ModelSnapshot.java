package dev.millrace.prequential.key;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.LabelSetModel;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.auto.SharedNetwork;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.spec.OutputSpecs;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.state.State;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model of the models topic at a time, or its summary.
 *
 * @param pipeline null if not known
 * @param config hash of the configuration; null if not known
 * @param columns that the records of the key declare; null if the pipeline declares them, or none
 *     does
 * @param classes in the order of the outputs; empty for regression
 * @param size of the model in bytes
 * @param bytes as {@code TrainState.modelBytes} wrote them; empty in a {@link #summary}
 */
public record ModelSnapshot(
    @Nullable String pipeline,
    @Nullable String config,
    String key,
    Task task,
    @Nullable DeclaredColumns columns,
    List<String> classes,
    LearnerSummary learner,
    int size,
    byte[] bytes) {

  public ModelSnapshot {
    classes = List.copyOf(classes);
  }

  /**
   * Reads a published model, with pipeline and configuration of its headers.
   *
   * @throws IOException if it is not a model, or of a newer release
   */
  public static ModelSnapshot decode(
      @Nullable String pipeline, @Nullable String config, String key, byte[] value)
      throws IOException {
    Head head = Head.read(new BoundedDataInput(value));
    head.classes().requireModel(head.task(), head.learner().classes());
    return new ModelSnapshot(
        pipeline,
        config,
        key,
        head.task(),
        head.declared(),
        head.classes().list(),
        head.learner(),
        value.length,
        value);
  }

  /**
   * Checks that the model was trained on the features of the input, in their order, if both declare
   * features.
   *
   * @throws ModelMismatchException if it was not
   */
  public void requireFeatures(InputSpec input) throws IOException {
    int columns = Head.read(new BoundedDataInput(bytes)).columns();
    if (columns != ModelFormat.NO_COLUMNS
        && input.hasFeatures()
        && columns != ModelFormat.columns(input)) {
      throw ModelFormat.otherFeatures("it was trained", input, "");
    }
  }

  /**
   * Returns the declared features that the model was trained on, in the order of its inputs; empty
   * if these are not those of the input, or not known.
   */
  public List<String> features(InputSpec input) throws IOException {
    return Head.read(new BoundedDataInput(bytes)).columns() == ModelFormat.columns(input)
        ? input.features().stream().map(FeatureSpec::spelled).toList()
        : List.of();
  }

  /**
   * Returns what predicts several outputs.
   *
   * @param indicators that the models were configured with
   * @param hasThresholds false if labels above one half are predicted
   * @throws IOException if the model has one output, or is damaged
   */
  public Outputs outputs(InputSpec input, Indicators indicators, boolean hasThresholds)
      throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    Head head = Head.read(in);
    if (!head.task().hasOutputs()) {
      throw new IOException("the model has one output, not several");
    }
    // Seeds are of the weights of new neurons, which a model that predicts never gets.
    SharedNetwork shared = SharedNetwork.read(in, indicators, 0, 0);
    int unitsAt = in.readInt();
    LabelSetModel sets = in.readBoolean() ? State.read(in, new LabelSetModel(hasThresholds)) : null;
    DerivedState derived = in.readBoolean() ? State.read(in, new DerivedState(input)) : null;
    Map<String, ModelSnapshot> models = new LinkedHashMap<>();
    int[] positives = new int[head.classes().size()];
    for (int o = 0; o < positives.length; o++) {
      String name = head.classes().list().get(o);
      positives[o] = in.readInt();
      byte[] model = new byte[SizeChecks.read(in, "bytes of an output", in.left(), 1)];
      in.readFully(model);
      if (model.length > 0) {
        models.put(name, decode(pipeline, config, OutputSpecs.key(key, name), model));
      }
    }
    return new Outputs(head.classes().list(), positives, shared, unitsAt, sets, derived, models);
  }

  /**
   * Several outputs that predict.
   *
   * @param names of all outputs
   * @param positives of each output the index of the positive class of two; below 0 for none
   * @param shared its units are inputs of each output's model
   * @param unitsAt place of the units in the rows of the models
   * @param sets predicts which outputs of two classes are positive; null if each decides alone
   * @param derived what features are derived from; null if none are
   * @param models of the outputs that have learned something, by name
   */
  public record Outputs(
      List<String> names,
      int[] positives,
      SharedNetwork shared,
      int unitsAt,
      @Nullable LabelSetModel sets,
      @Nullable DerivedState derived,
      Map<String, ModelSnapshot> models) {

    /**
     * Returns a row as the models see it.
     *
     * @param features of a row, NaN is missing
     */
    public float[] row(float[] features, Workspace workspace) {
      float[] row = new float[shared.inputs() + SharedNetwork.UNITS];
      shared.addUnits(features, unitsAt, row, workspace);
      return row;
    }
  }

  /** Returns the specification of the input of an output's model, as it was trained. */
  public static InputSpec inputOf(InputSpec input, String output) {
    TrainSpec all = TrainSpec.of("", "", input, ModelSpec.auto(0));
    for (TargetSpec target : input.targets()) {
      if (target.name().equals(output)) {
        return OutputSpecs.of(all, target).input();
      }
    }
    return OutputSpecs.ofLabel(all).input();
  }

  /** Returns the same without its bytes. */
  public ModelSnapshot summary() {
    return new ModelSnapshot(
        pipeline, config, key, task, columns, classes, learner, size, new byte[0]);
  }

  /** Returns {@link #learner(ModelSpec, String)} of the single model or the champion. */
  public Learner learner(ModelSpec model) throws IOException {
    return learner(model, null);
  }

  /**
   * Returns the model if it is a single network, or one of champion and challengers that is.
   *
   * @param model the settings it was trained with
   * @param name of champion or challenger; null for the champion
   * @throws IOException if it was trained with others, naming both, is a mixture or has vectors of
   *     ids, or there is none of the name
   */
  public Learner learner(ModelSpec model, @Nullable String name) throws IOException {
    if (model instanceof AutoModelSpec) {
      throw mixture();
    }
    OnlineModel read = model(model, new Workspace());
    if (read instanceof ChampionChallenger selection) {
      String wanted = name == null ? selection.champion() : name;
      read = selection.model(wanted);
      if (read == null) {
        throw new IOException(
            "there is no model \"%s\"; there are %s".formatted(wanted, selection.names()));
      }
    } else if (name != null) {
      throw new IOException("it is the only one, without a name; leave out \"" + name + "\"");
    }
    if (!(read instanceof Learner learner)) {
      throw mixture();
    }
    if (!learner.indicators().ids().isEmpty()) {
      throw new IOException(
          "a network with features of ids has vectors of them, which ONNX cannot hold; use --format"
              + " millrace");
    }
    return learner;
  }

  private static IOException mixture() {
    return new IOException(
        "model: auto is a mixture of networks, which ONNX cannot hold; use --format millrace, or"
            + " configure a network");
  }

  /**
   * Returns the model, to predict with.
   *
   * @param model the settings it was trained with
   * @param workspace scratch that it shares with other models of the thread
   * @throws IOException if it was trained with others, naming both, or bytes follow it
   */
  public OnlineModel model(ModelSpec model, Workspace workspace) throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    return read(Head.read(in), in, model, workspace);
  }

  /**
   * Returns the model and what it needs to predict.
   *
   * @param workspace scratch that it shares with other models of the thread
   * @throws IOException if it was trained with other settings, naming both
   */
  public Predictor predictor(ModelSpec model, InputSpec input, Workspace workspace)
      throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    Head head = Head.read(in);
    OnlineModel read = read(head, in, model, workspace);
    requireFeatures(input);
    return Predictor.read(read, head.extras(), input, task);
  }

  /**
   * A model that predicts.
   *
   * @param derived what features are derived from; null if none are
   * @param bounds of its predictions; null if the pipeline has no intervals
   */
  public record Predictor(
      OnlineModel model, @Nullable DerivedState derived, @Nullable ConformalBounds bounds) {

    /** Returns a predictor with what {@link ModelFormat#writeModel} wrote before the model. */
    private static Predictor read(OnlineModel model, byte[] extras, InputSpec input, Task task)
        throws IOException {
      BoundedDataInput in = new BoundedDataInput(extras);
      int flags =
          (int) SizeChecks.require("parts of a predictor", in.readByte(), 0, ModelFormat.ALL_FLAGS);
      boolean hasBounds = (flags & ModelFormat.BOUNDS_FLAG) != 0;
      ConformalBounds bounds = hasBounds ? ConformalBounds.read(in, task.isClassification()) : null;
      boolean hasDerived = (flags & ModelFormat.DERIVED_FLAG) != 0;
      DerivedState derived = hasDerived ? State.read(in, new DerivedState(input)) : null;
      SizeChecks.require("bytes after the bounds and the derived features", in.left(), 0);
      return new Predictor(model, derived, bounds);
    }
  }

  private static OnlineModel read(
      Head head, BoundedDataInput in, ModelSpec model, Workspace workspace) throws IOException {
    if (head.task().hasOutputs()) {
      throw new IOException(
          "it has several outputs (%s), which ONNX and a warm start cannot hold; use --format"
                  .formatted(String.join(", ", head.classes().list()))
              + " millrace");
    }
    try {
      OnlineModel read = Models.read(in, model, head.task(), workspace);
      SizeChecks.require("bytes behind the model", in.left(), 0);
      return read;
    } catch (RuntimeException e) {
      throw ModelFormat.damaged(e);
    }
  }

  /**
   * The fields before the learner.
   *
   * @param extras bounds of predictions and what features are derived from; empty if there are
   *     several outputs, which have their own
   */
  private record Head(
      @Nullable DeclaredColumns declared,
      Task task,
      int columns,
      ClassNames classes,
      byte[] extras,
      LearnerSummary learner) {
    static Head read(BoundedDataInput in) throws IOException {
      DeclaredColumns declared = ModelFormat.readColumns(in);
      String task = in.readUTF();
      int columns = in.readInt();
      Task known;
      try {
        known = Task.valueOf(task);
      } catch (IllegalArgumentException e) {
        throw new IOException("it is a model of the unknown task " + task, e);
      }
      ClassNames classes = ClassNames.read(in);
      byte[] extras =
          known.hasOutputs()
              ? new byte[0]
              : SizeChecks.readBytes(in, "bytes of bounds and derived features");
      return new Head(declared, known, columns, classes, extras, LearnerSummary.read(in));
    }
  }
}
