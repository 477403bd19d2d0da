package dev.millrace.flink;

import dev.millrace.codec.PredictionJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.OutputRecord;
import dev.millrace.data.Prediction;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.data.Prediction.OfValue;
import dev.millrace.data.Prediction.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Makes the records of the predictions topic, one an example. */
final class Predictions {

  private final TrainSpec spec;
  private final PredictionJson json = new PredictionJson();

  Predictions(TrainSpec spec) {
    this.spec = spec;
  }

  /**
   * The record of what a model said about the example that it has just learned.
   *
   * @param scores of the prediction, from the start of the array
   * @param champion name of the model that said it, null if there is but one
   * @param known classes that the model knew then
   * @param version steps that it had taken then
   */
  OutputRecord record(
      PrequentialModel model,
      Chunk chunk,
      int row,
      float[] scores,
      String champion,
      int known,
      long version) {
    Prediction prediction =
        new Prediction(
            spec.pipeline(),
            chunk.key(),
            model.seq(),
            chunk.partition(row),
            chunk.offset(row),
            chunk.eventTime(row),
            outcome(model, chunk, row, scores, known),
            champion,
            version,
            spec.config());
    return OutputRecord.of(
        model.timestamp(), chunk.key().getBytes(StandardCharsets.UTF_8), json.encode(prediction));
  }

  private static Outcome outcome(
      PrequentialModel model, Chunk chunk, int row, float[] scores, int known) {
    if (!chunk.isClassification()) {
      return new OfValue(scores[0], chunk.target(row));
    }
    List<String> classes = model.classes().list();
    return new OfClass(
        classes,
        Arrays.copyOf(scores, known),
        model.hasProbabilities(),
        model.predicted(),
        chunk.label(chunk.labelOf(row)));
  }
}
