package dev.millrace.serving;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.config.Settings;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Prediction.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
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
    PredictingModel.requireWidth(example, outputs.shared().inputs());
    @Nullable ModelAnswer[] answers = answers(example, workspace);
    BitSet positives = positives(answers);
    List<NamedOutcome> outcomes = new ArrayList<>();
    for (int o = 0; o < answers.length; o++) {
      ModelAnswer answer = answers[o];
      if (answer != null) {
        outcomes.add(
            new NamedOutcome(
                outputs.names().get(o), outcome(o, answer, positives), answer.region()));
      }
    }
    List<String> labels =
        positives != null && summary.task() == Task.MULTILABEL
            ? positives.stream().mapToObj(outputs.names()::get).toList()
            : null;
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
        new OfOutputs(labels, null, outcomes));
  }

  /** Returns the answer for each output; null if it has no model. */
  private @Nullable ModelAnswer[] answers(Example example, Workspace workspace)
      throws RejectedException {
    Example wide = new Example();
    synchronized (outputs) {
      if (outputs.derived() != null) {
        SingleModel.fillSlots(outputs.derived(), example);
      }
      wide.features = outputs.row(example.features, workspace);
    }
    wide.width = wide.features.length;
    @Nullable ModelAnswer[] answers = new ModelAnswer[outputs.names().size()];
    for (int o = 0; o < answers.length; o++) {
      SingleModel model = models.get(outputs.names().get(o));
      answers[o] = model == null ? null : model.predict(wide, workspace);
    }
    return answers;
  }

  private Outcome outcome(int number, ModelAnswer answer, @Nullable BitSet positives) {
    if (!answer.task().isClassification()) {
      return new OfValue(PredictedValue.read(answer.scores(), 0), Double.NaN);
    }
    int positive = outputs.positives()[number];
    int predicted =
        positives == null || positive < 0 || answer.scores().length != 2
            ? Prediction.best(answer.scores())
            : positives.get(number) ? positive : 1 - positive;
    return new OfClass(answer.classes(), answer.scores(), answer.probabilities(), predicted, null);
  }

  /** Returns the outputs that are positive together; null if each decides alone. */
  private @Nullable BitSet positives(@Nullable ModelAnswer[] answers) {
    if (outputs.sets() == null) {
      return null;
    }
    float[] probabilities = new float[answers.length];
    for (int o = 0; o < answers.length; o++) {
      ModelAnswer answer = answers[o];
      float[] scores = answer == null ? new float[0] : answer.scores();
      int positive = outputs.positives()[o];
      probabilities[o] = positive >= 0 && positive < scores.length ? scores[positive] : 0f;
    }
    synchronized (outputs) {
      return outputs.sets().predict(probabilities);
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
