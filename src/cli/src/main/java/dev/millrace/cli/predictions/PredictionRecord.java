package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.At;
import dev.millrace.codec.json.RecordJson.OrNull;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record of the predictions topic, with the fields of its CSV line. What is absent is an empty
 * text, list or map, or null.
 *
 * @param seq null until the label is known
 * @param outcome what was predicted, if it is one class or value
 * @param actualSet actual labels, if sets are predicted
 * @param labels predicted labels
 * @param outputs what was predicted of each target
 * @param reasons contributions of columns, the largest first
 */
public record PredictionRecord(
    String key,
    String id,
    @OrNull @Nullable Number seq,
    long offset,
    String eventTime,
    @At("") Outcome outcome,
    @At("/actual") List<String> actualSet,
    List<String> labels,
    Map<String, Outcome> outputs,
    @At("/reasons/columns") Map<String, Number> reasons,
    String series,
    String horizon,
    String targetTime) {

  private static final Outcome NONE = RecordJson.read(MissingNode.getInstance(), Outcome.class);

  /** Reads a record. */
  static PredictionRecord of(JsonNode json) {
    return RecordJson.read(json, PredictionRecord.class);
  }

  /** Returns what was predicted of a target. */
  Outcome output(String target) {
    return outputs.getOrDefault(target, NONE);
  }

  /**
   * Predicted class or value with its actual label, which is a text or a number like it.
   *
   * @param low lower end of the interval
   * @param high upper end of the interval
   * @param set classes, instead of an interval
   */
  record Outcome(
      @At("/class") String predictedClass,
      @At("/value") @OrNull @Nullable Number predictedValue,
      @At("/actual") String actualClass,
      @At("/actual") @OrNull @Nullable Number actualValue,
      Map<String, Number> scores,
      Map<String, Number> probabilities,
      @At("/interval/low") @OrNull @Nullable Number low,
      @At("/interval/high") @OrNull @Nullable Number high,
      @At("/set/classes") List<String> set) {

    /** Returns the cells of the label and of what was predicted, each followed by a comma. */
    String cells() {
      return cell(actualValue, actualClass) + cell(predictedValue, predictedClass);
    }

    private static String cell(@Nullable Number value, String name) {
      return CsvCells.text(value) + CsvCells.quoted(name) + ",";
    }

    /** Returns the probabilities or scores by class. */
    Map<String, Number> known() {
      return scores.isEmpty() ? probabilities : scores;
    }
  }
}
