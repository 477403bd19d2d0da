package dev.millrace.flink;

import dev.millrace.codec.PredictionJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.OutputRecord;
import dev.millrace.data.Prediction;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.data.Prediction.OfValue;
import dev.millrace.data.Prediction.Outcome;
import dev.millrace.nn.PredictedValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.metrics.Counter;

/** Makes the records of the predictions topic, one an example. */
final class Predictions {

  private final TrainSpec spec;
  private final Counter shortened;
  private final PredictionJson json = new PredictionJson();

  /**
   * @param shortened counts the records that had no room for all classes
   */
  Predictions(TrainSpec spec, Counter shortened) {
    this.spec = spec;
    this.shortened = shortened;
  }

  /**
   * The record of what a model said about the example that it has just learned or passed over.
   *
   * @param scores of the prediction, from the start of the array
   * @param champion name of the model that said it, null if there is but one
   * @param known classes that the model knew then
   * @param heldOut whether it did not learn from it
   * @param version steps that it had taken then
   */
  OutputRecord record(
      PrequentialModel model,
      Chunk chunk,
      int row,
      float[] scores,
      String champion,
      int known,
      boolean heldOut,
      long version) {
    Outcome outcome = outcome(model, chunk, row, scores, known);
    return record(model, chunk, row, model.seq(), outcome, champion, heldOut, version);
  }

  /**
   * The record of what a model said about features whose label comes later.
   *
   * @param scores of the classes known, or the value
   * @param predicted index of the class that counts as predicted, -1 if there is none
   */
  OutputRecord withoutLabel(
      PrequentialModel model, Chunk chunk, int row, float[] scores, int predicted) {
    Outcome outcome =
        model.task().isClassification()
            ? new OfClass(model.classes().list(), scores, model.hasProbabilities(), predicted, null)
            : new OfValue(PredictedValue.read(scores, 0), Double.NaN);
    return record(model, chunk, row, 0, outcome, model.champion(), false, model.learner().steps());
  }

  private OutputRecord record(
      PrequentialModel model,
      Chunk chunk,
      int row,
      long seq,
      Outcome outcome,
      String champion,
      boolean heldOut,
      long version) {
    Prediction prediction =
        new Prediction(
            spec.pipeline(),
            chunk.key(),
            chunk.id(row),
            seq,
            chunk.partition(row),
            chunk.offset(row),
            chunk.eventTime(row),
            outcome,
            champion,
            heldOut,
            version,
            spec.config());
    byte[] value = json.encode(prediction);
    if (value.length > spec.input().limits().outputValueBytes()) {
      shortened.inc();
      value = json.encode(prediction.withoutScores());
    }
    OutputRecord record =
        OutputRecord.of(model.timestamp(), chunk.key().getBytes(StandardCharsets.UTF_8), value);
    return TraceHeaders.copy(chunk, row, record);
  }

  private static Outcome outcome(
      PrequentialModel model, Chunk chunk, int row, float[] scores, int known) {
    if (!chunk.isClassification()) {
      return new OfValue(PredictedValue.read(scores, 0), chunk.target(row));
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
