package dev.millrace.table;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;

/** Models of the function that {@code millrace_learn} is in Flink SQL. */
public final class SqlModels {
  private SqlModels() {}

  /**
   * Returns the models by key that a table ends in.
   *
   * @param key position of the column that partitions the table
   */
  public static SortedMap<String, byte[]> of(
      DataType columns, int key, String label, String pipeline, List<Row> rows) throws Exception {
    LearnCall call =
        LearnCall.of((RowType) columns.getLogicalType(), new int[] {key}, label, pipeline);
    RowTrainer learner = new RowTrainer(call, UnregisteredMetricsGroup.createOperatorMetricGroup());
    Map<String, MapView<Integer, byte[]>> states = new TreeMap<>();
    for (Row row : rows) {
      String partition = String.valueOf(row.getField(key));
      learner.learn(states.computeIfAbsent(partition, none -> new MapView<>()), row);
    }
    Settings settings = PipelineFile.parseEmbedded("pipeline", pipeline, "sql", label);
    PrequentialEngine engine =
        new PrequentialEngine(
            settings.trainSpec(),
            settings.state().spec().stateBytes(),
            settings.state().spec().onShapeChange());
    JournaledModels stored =
        new JournaledModels(engine, 0, UnregisteredMetricsGroup.createOperatorMetricGroup());
    SortedMap<String, byte[]> models = new TreeMap<>();
    for (Map.Entry<String, MapView<Integer, byte[]>> state : states.entrySet()) {
      TrainState model = stored.restored(state.getValue()).state;
      engine.resume(model, state.getKey(), JournaledModels.Silence.INSTANCE);
      models.put(state.getKey(), model.modelBytes());
    }
    return models;
  }
}
