package dev.millrace.serving;

import dev.millrace.codec.RejectedException;
import dev.millrace.config.Settings;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.ModelAnswer;
import dev.millrace.data.Prediction;
import dev.millrace.data.Prediction.NamedOutcome;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.data.Prediction.OfOutputs;
import dev.millrace.data.Prediction.OfValue;
import dev.millrace.data.Prediction.Outcome;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.ModelSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The models of several outputs, and the network that they share. Thread-safe. */
final class SeveralOutputs implements PredictingModel {
  private final ModelSnapshot summary;
  private final ModelSnapshot.Outputs outputs;
  private final Map<String, SingleModel> models = new HashMap<>();

  SeveralOutputs(ModelSnapshot snapshot, Settings settings, Workspace workspace)
      throws IOException {
    summary = snapshot.summary();
    boolean hasThresholds = settings.metrics().thresholdMetric() != Decision.NONE;
    outputs =
        snapshot.outputs(settings.input().spec(), settings.model().indicators(), hasThresholds);
    for (Map.Entry<String, ModelSnapshot> output : outputs.models().entrySet()) {
      models.put(
          output.getKey(),
          new SingleModel(
              output.getValue(),
              settings.model(),
              ModelSnapshot.inputOf(settings.input().spec(), output.getKey()),
              0,
              workspace));
    }
  }

  @Override
  public ModelAnswer predict(Example example, Workspace workspace) throws RejectedException {
    int inputs = outputs.shared().inputs();
    if (example.width != inputs) {
      throw new RejectedException(
          DeadLetterReason.WRONG_FEATURE_COUNT,
          LoadedModel.WRONG_WIDTH.formatted(example.width, inputs));
    }
    Example wide = new Example();
    synchronized (outputs) {
      if (outputs.derived() != null) {
        SingleModel.fillSlots(outputs.derived(), example);
      }
      wide.features = outputs.row(example.features, workspace);
    }
    wide.width = wide.features.length;
    List<NamedOutcome> outcomes = new ArrayList<>();
    float[] probabilities = new float[outputs.names().size()];
    for (int o = 0; o < probabilities.length; o++) {
      String name = outputs.names().get(o);
      SingleModel model = models.get(name);
      if (model != null) {
        ModelAnswer answer = model.predict(wide, workspace);
        outcomes.add(new NamedOutcome(name, outcome(answer), answer.region()));
        probabilities[o] = answer.scores().length < 2 ? 0f : answer.scores()[1];
      }
    }
    return new ModelAnswer(
        summary.key(),
        summary.task(),
        List.of(),
        new float[0],
        true,
        null,
        summary.learner().steps(),
        summary.learner().examples(),
        summary.config(),
        outputs.derived() == null ? null : outputs.derived().time(),
        null,
        null,
        new OfOutputs(labels(probabilities), null, outcomes));
  }

  private static Outcome outcome(ModelAnswer answer) {
    return answer.task().isClassification()
        ? new OfClass(
            answer.classes(),
            answer.scores(),
            answer.probabilities(),
            Prediction.best(answer.scores()),
            null)
        : new OfValue(PredictedValue.read(answer.scores(), 0), Double.NaN);
  }

  /** Returns the labels predicted to be in the set; null if the outputs are targets. */
  private @Nullable List<String> labels(float[] probabilities) {
    if (outputs.sets() == null) {
      return null;
    }
    synchronized (outputs) {
      return outputs.sets().predict(probabilities).stream().mapToObj(outputs.names()::get).toList();
    }
  }

  @Override
  public boolean isOfClasses() {
    return false;
  }

  @Override
  public long memoryBytes() {
    long bytes = outputs.shared().memoryBytes();
    bytes += outputs.sets() == null ? 0 : outputs.sets().memoryBytes();
    bytes += outputs.derived() == null ? 0 : outputs.derived().memoryBytes();
    return bytes + models.values().stream().mapToLong(SingleModel::memoryBytes).sum();
  }
}
