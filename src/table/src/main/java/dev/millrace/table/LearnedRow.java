package dev.millrace.table;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.flink.DeadLetters;
import dev.millrace.flink.TrainMetrics;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.LearnedCounts;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.PublishedField;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what the engine reports about one row into the columns that {@link LearnFunction} adds to
 * it. Not thread-safe.
 */
final class LearnedRow implements EngineListener {
  private static final Logger LOG = LoggerFactory.getLogger(LearnedRow.class);

  // Counts that each prediction has.
  private static final List<PublishedField> COUNTS =
      PublishedField.columns(Prediction.class).stream()
          .filter(field -> field.type() == long.class)
          .toList();

  /** Names and types of the columns. */
  static final DataType TYPE =
      DataTypes.ROW(
              Stream.of(
                      Stream.of(
                          DataTypes.FIELD("predicted_class", DataTypes.STRING()),
                          DataTypes.FIELD("probability", DataTypes.DOUBLE()),
                          DataTypes.FIELD(
                              "probabilities",
                              DataTypes.MAP(DataTypes.STRING().notNull(), DataTypes.DOUBLE())),
                          DataTypes.FIELD("predicted_value", DataTypes.DOUBLE())),
                      COUNTS.stream()
                          .map(field -> DataTypes.FIELD(field.name(), DataTypes.BIGINT())),
                      Stream.of(
                          DataTypes.FIELD("reject_reason", DataTypes.STRING()),
                          DataTypes.FIELD("reject_message", DataTypes.STRING())))
                  .flatMap(fields -> fields)
                  .toList())
          .bridgedTo(RowData.class);

  private static final int PREDICTED_CLASS = 0;
  private static final int PROBABILITY = 1;
  private static final int PROBABILITIES = 2;
  private static final int PREDICTED_VALUE = 3;
  private static final int FIRST_COUNT = 4;
  private static final int REJECT_REASON = FIRST_COUNT + COUNTS.size();
  private static final int REJECT_MESSAGE = REJECT_REASON + 1;
  private static final int COLUMNS = REJECT_MESSAGE + 1;

  private static final int MAX_NAMES = 1_024;

  private final TrainMetrics metrics;
  private final DeadLetters deadLetters;
  // The classes of most rows are the same few.
  private final Map<String, StringData> names = new HashMap<>();
  private GenericRowData columns = new GenericRowData(COLUMNS);
  private boolean hasLearned;

  LearnedRow(TrainMetrics metrics, DeadLetters deadLetters) {
    this.metrics = metrics;
    this.deadLetters = deadLetters;
  }

  /** Starts a row, whose columns are all NULL. */
  void begin() {
    columns = new GenericRowData(COLUMNS);
    hasLearned = false;
  }

  /** Returns the columns of the row. */
  RowData columns() {
    return columns;
  }

  /** Returns true if the row has changed its model. */
  boolean hasLearned() {
    return hasLearned;
  }

  /** Receives a key without a model until now. */
  void created() {
    metrics.created();
  }

  @Override
  public void prediction(Prediction prediction, long timestamp, Chunk chunk, int row) {
    for (int i = 0; i < COUNTS.size(); i++) {
      columns.setField(FIRST_COUNT + i, COUNTS.get(i).valueOf(prediction));
    }
    if (prediction.outcome() instanceof OfClass outcome) {
      if (outcome.predicted() >= 0) {
        columns.setField(PREDICTED_CLASS, name(outcome.classes().get(outcome.predicted())));
        if (outcome.probabilities()) {
          columns.setField(PROBABILITY, finite(outcome.scores()[outcome.predicted()]));
          columns.setField(PROBABILITIES, probabilities(outcome.classes(), outcome.scores()));
        }
      }
    } else if (prediction.outcome() instanceof OfValue outcome) {
      columns.setField(PREDICTED_VALUE, finite(outcome.value()));
    }
  }

  private GenericMapData probabilities(List<String> classes, float[] scores) {
    Map<StringData, @Nullable Double> map = new LinkedHashMap<>(scores.length * 2);
    for (int c = 0; c < scores.length; c++) {
      map.put(name(classes.get(c)), finite(scores[c]));
    }
    return new GenericMapData(map);
  }

  private static @Nullable Double finite(double number) {
    return Double.isFinite(number) ? number : null;
  }

  private StringData name(String text) {
    StringData name = names.get(text);
    if (name == null) {
      if (names.size() == MAX_NAMES) {
        names.clear();
      }
      name = StringData.fromString(text);
      names.put(text, name);
    }
    return name;
  }

  @Override
  public void rejected(DeadLetter letter) {
    deadLetters.count(letter);
    columns.setField(REJECT_REASON, name(letter.reason().id()));
    columns.setField(REJECT_MESSAGE, StringData.fromString(String.valueOf(letter.message())));
  }

  @Override
  public void learned(LearnedCounts counts) {
    hasLearned = true;
    metrics.learned(counts);
  }

  @Override
  public void report(MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {
    metrics.report(report);
  }

  @Override
  public void event(ModelEvent event, long timestamp) {
    metrics.event(event.what());
  }

  @Override
  public void expanded(String key) {
    metrics.expanded();
  }

  @Override
  public void warning(String key, String message) {
    LOG.warn("Key {} and all others like it: {}", key, message);
  }
}
