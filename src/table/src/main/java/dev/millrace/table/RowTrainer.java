package dev.millrace.table;

import dev.millrace.codec.FieldsDecoder;
import dev.millrace.config.Settings;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.DeadLetters;
import dev.millrace.flink.StateSpec;
import dev.millrace.flink.TrainFunction;
import dev.millrace.flink.TrainMetrics;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.UnusableStateException;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.Objects;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.Row;

/** Predicts and learns the rows of all partitions of one subtask. Not thread-safe. */
final class RowTrainer {
  private final TrainSpec spec;
  private final StateSpec state;
  private final FieldsDecoder decoder;
  private final ColumnValues values;
  private final JournaledModels models;
  private final LearnedRow result;
  private final Example example = new Example();
  private final Chunk chunk = new Chunk();

  /**
   * @param group of the operator
   */
  RowTrainer(LearnCall call, MetricGroup group) {
    Settings settings = call.settings();
    spec = call.trainSpec();
    state = settings.state().spec();
    String key = Objects.requireNonNull(call.input().key());
    decoder = FieldsDecoder.ofRows(call.input(), call.types());
    values = new ColumnValues(call.columns().getFieldNames(), call.keys(), key, decoder.names());
    result =
        new LearnedRow(
            new TrainMetrics(group, false),
            new DeadLetters(group, settings.pipeline(), call.input().limits().outputBytes()));
    PrequentialEngine engine =
        new PrequentialEngine(spec, state.stateBytes(), state.onShapeChange());
    models = new JournaledModels(engine, state.cacheBytes(), group);
  }

  /**
   * Predicts a row and learns it, if it has a label.
   *
   * @param stored state of the row's partition
   * @return the columns to add to the row
   */
  RowData learn(MapView<Integer, byte[]> stored, Row row) throws Exception {
    result.begin();
    values.set(row, decoder.begin().record(KafkaRecord.NONE));
    DeadLetter letter = decoder.decode(KafkaRecord.NO_TIMESTAMP, example);
    if (letter != null) {
      result.rejected(letter);
      return result.columns();
    }
    chunk.clear();
    chunk.add(example);
    try {
      models.learn(stored, chunk, result);
    } catch (UnusableStateException e) {
      throw TrainFunction.withoutRestart(e, spec, state.onShapeChange());
    }
    return result.columns();
  }
}
