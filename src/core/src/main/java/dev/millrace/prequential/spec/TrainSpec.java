package dev.millrace.prequential.spec;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Specifies how one pipeline's models are trained.
 *
 * @param topic the input topic, named in metrics and dead letters
 * @param configHash hash of the configuration, named in metrics
 * @param drift detector of drift and the reaction to it; null for none
 * @param inputDrift detection of drift in the columns of the input; null for none
 * @param publish what is published besides metrics and events
 * @param commands topic of commands, named in dead letters; null if none are read
 */
@PublicApi
public record TrainSpec(
    String pipeline,
    String topic,
    InputSpec input,
    ModelSpec model,
    MetricsSpec metrics,
    String configHash,
    @Nullable DriftPolicy drift,
    @Nullable InputDriftSpec inputDrift,
    PublishSpec publish,
    @Nullable String commands)
    implements Serializable {
  private static final long LARGE_REPORT = 64 << 10;
  // With fewer no report is large, however long their names are.
  private static final int MANY_CLASSES = 17;
  // Of JSON without the names: scores of a class, and two counts of a pair.
  private static final int BYTES_PER_CLASS = 110;
  private static final int BYTES_PER_PAIR = 4;

  public TrainSpec {
    ForecastSpec forecast = input.forecast();
    metrics = metrics.forecast() == forecast ? metrics : metrics.with(to -> to.forecast = forecast);
  }

  /** Returns a specification that publishes metrics alone. */
  public static TrainSpec of(String pipeline, String topic, InputSpec input, ModelSpec model) {
    return new TrainSpec(
        pipeline,
        topic,
        input,
        model,
        MetricsSpec.DEFAULT,
        "",
        null,
        null,
        PublishSpec.MODELS_AT_THE_END,
        null);
  }

  /** Returns a copy with other values. */
  public TrainSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** Returns the specification of models of columns that records declare. */
  public TrainSpec withColumns(DeclaredColumns columns) {
    InputSpec declared = input.ofModel(columns);
    return with(
        to -> {
          to.input = declared;
          to.model = model.withIndicators(Indicators.of(declared));
        });
  }

  /** Returns the same with another treatment of challengers that do not fit. */
  public TrainSpec with(OnChange onChange) {
    return model instanceof SelectionSpec selection
        ? with(to -> to.model = selection.with(onChange))
        : this;
  }

  /** Returns the declared task, else the one that first label and loss imply. */
  public Task task(boolean classification) {
    if (input.task() != null) {
      return input.task();
    }
    if (!classification) {
      return Task.REGRESSION;
    }
    boolean twoClasses =
        input.classes().size() == 2
            || model.each().stream()
                .anyMatch(
                    one ->
                        one instanceof NetworkSpec network
                            && network.loss(Task.MULTICLASS).isBinary());
    return twoClasses ? Task.BINARY : Task.MULTICLASS;
  }

  /**
   * Returns true if examples whose id comes again are counted. Delayed labels have counts of their
   * own.
   */
  public boolean countsDuplicates() {
    return input.id() != null && input.labels() == null;
  }

  /** Returns the bytes of the model of a key whose first example is in the chunk. */
  public long firstModelBytes(Chunk chunk) {
    Task task = task(chunk.isClassification());
    int classes = Math.max(input.classes().size(), firstClasses().size());
    // Its first class comes at once.
    return Models.modelBytes(model, task, firstInputs(chunk), Math.max(1, classes));
  }

  /**
   * Returns the number of features of the model of a key whose first example is in the chunk: that
   * of the model it starts from, if there is one.
   */
  public int firstInputs(Chunk chunk) {
    ModelStart start = model.start();
    return start == null ? chunk.width() : start.inputs();
  }

  /**
   * Returns the classes of the model that models start from, if there is one, else the declared.
   */
  public List<String> firstClasses() {
    ModelStart start = model.start();
    return start == null ? input.classes() : start.classes();
  }

  /**
   * Returns the factor of the configured intervals between reports of a model: 1, unless a report
   * of its classes is larger than 64 KiB.
   *
   * @param namesBytes length of all names of classes in UTF-8
   */
  public int reportSpacing(int classes, long namesBytes) {
    if (classes < MANY_CLASSES) {
      return 1;
    }
    long perClass = metrics.perClass() ? namesBytes + (long) BYTES_PER_CLASS * classes : 0;
    boolean hasMatrix =
        metrics.confusionMatrix() && classes <= ClassificationMetrics.MAX_CLASSES_IN_MATRIX;
    long confusion = hasMatrix ? namesBytes + (long) BYTES_PER_PAIR * classes * classes : 0;
    long report = perClass + confusion;
    // A larger one is written without its classes, and is small.
    return report > input.limits().outputValueBytes() ? 1 : (int) (1 + report / LARGE_REPORT);
  }

  /** Returns true if a model of the task may have only two classes. */
  public boolean isBinary(Task task) {
    return task == Task.BINARY || input.task() == Task.BINARY;
  }

  /** Returns the max number of classes of a model. */
  public int maxClasses(Task task) {
    return isBinary(task) ? 2 : input.limits().classes();
  }

  /** Mutable values of a specification, set by name. */
  public static final class Draft {
    public String pipeline;
    public String topic;
    public InputSpec input;
    public ModelSpec model;
    public MetricsSpec metrics;
    public String configHash;
    public @Nullable DriftPolicy drift;
    public @Nullable InputDriftSpec inputDrift;
    public PublishSpec publish;
    public @Nullable String commands;

    private Draft(TrainSpec from) {
      pipeline = from.pipeline;
      topic = from.topic;
      input = from.input;
      model = from.model;
      metrics = from.metrics;
      configHash = from.configHash;
      drift = from.drift;
      inputDrift = from.inputDrift;
      publish = from.publish;
      commands = from.commands;
    }

    private TrainSpec build() {
      return new TrainSpec(
          pipeline, topic, input, model, metrics, configHash, drift, inputDrift, publish, commands);
    }
  }
}
