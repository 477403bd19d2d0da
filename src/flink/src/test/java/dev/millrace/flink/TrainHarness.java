package dev.millrace.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** The train operator alone, on any state backend, and what has come out of it. */
final class TrainHarness implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Max parallelism, and number of key groups. */
  static final int MAX_SUBTASKS = 10;

  final KeyedOneInputStreamOperatorTestHarness<String, Chunk, OutputRecord> operator;

  TrainHarness(TrainSpec spec) throws Exception {
    this(spec, null);
  }

  TrainHarness(TrainSpec spec, OperatorSubtaskState from) throws Exception {
    this(new TrainOperator(spec, StateSpec.DEFAULT), new HashMapStateBackend(), from);
  }

  /**
   * @param from a snapshot to go on from, or null
   */
  TrainHarness(TrainOperator train, StateBackend backend, OperatorSubtaskState from)
      throws Exception {
    this(train, backend, from, 0);
  }

  /**
   * @param from a snapshot to go on from, or null
   * @param now the processing time at the start
   */
  TrainHarness(TrainOperator train, StateBackend backend, OperatorSubtaskState from, long now)
      throws Exception {
    this(train, backend, from, now, 1, 0);
  }

  /**
   * @param from a snapshot to go on from, or null
   * @param now the processing time at the start
   */
  TrainHarness(
      TrainOperator train,
      StateBackend backend,
      OperatorSubtaskState from,
      long now,
      int subtasks,
      int subtask)
      throws Exception {
    operator =
        new KeyedOneInputStreamOperatorTestHarness<>(
            train, Chunk::key, Types.STRING, MAX_SUBTASKS, subtasks, subtask);
    operator.setProcessingTime(now);
    operator.setStateBackend(backend);
    operator.setup(
        OutputTags.RECORD.createSerializer(operator.getExecutionConfig().getSerializerConfig()));
    if (from != null) {
      operator.initializeState(from);
    }
    operator.open();
  }

  void send(List<Example> examples, int chunkSize) throws Exception {
    Chunk chunk = new Chunk();
    for (Example example : examples) {
      if (chunk.size() == chunkSize || !chunk.accepts(example)) {
        operator.processElement(new StreamRecord<>(chunk));
        chunk = new Chunk();
      }
      chunk.add(example);
    }
    operator.processElement(new StreamRecord<>(chunk));
  }

  /** As a checkpoint is taken: what comes before the barrier first. */
  OperatorSubtaskState snapshot() throws Exception {
    operator.prepareSnapshotPreBarrier(1);
    return operator.snapshot(1, 1);
  }

  /** A checkpoint of which nothing has been written yet. */
  OperatorSnapshotFutures beginSnapshot() throws Exception {
    operator.prepareSnapshotPreBarrier(1);
    return operator
        .getOperator()
        .snapshotState(
            1,
            1,
            CheckpointOptions.forCheckpointWithDefaultLocation(),
            new MemCheckpointStreamFactory(1 << 20));
  }

  void end() throws Exception {
    operator.processWatermark(Watermark.MAX_WATERMARK);
  }

  List<OutputRecord> main() {
    List<OutputRecord> records = new ArrayList<>();
    for (Object element : operator.getOutput()) {
      if (element instanceof StreamRecord<?> record) {
        records.add((OutputRecord) record.getValue());
      }
    }
    return records;
  }

  List<JsonNode> metrics() throws IOException {
    List<JsonNode> metrics = new ArrayList<>();
    for (OutputRecord record : main()) {
      metrics.add(JSON.readTree(record.value()));
    }
    return metrics;
  }

  List<OutputRecord> predictionRecords() {
    return side(operator.getSideOutput(OutputTags.PREDICTIONS));
  }

  /** The values of the predictions topic, a line of JSON each. */
  List<String> predictions() {
    return predictionRecords().stream()
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .toList();
  }

  List<JsonNode> events() throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (OutputRecord record : side(operator.getSideOutput(OutputTags.EVENTS))) {
      events.add(JSON.readTree(record.value()));
    }
    return events;
  }

  List<OutputRecord> deadLetters() {
    return side(operator.getSideOutput(OutputTags.DEAD_LETTERS));
  }

  List<OutputRecord> models() {
    return side(operator.getSideOutput(OutputTags.MODELS));
  }

  /** The bytes of a key's model, in hex so that a difference can be read. */
  String model(String key) {
    return modelsByKey().get(key);
  }

  /** The bytes of the newest model of each key that was not forgotten, in hex. */
  Map<String, String> modelsByKey() {
    Map<String, String> models = new TreeMap<>();
    for (OutputRecord record : models()) {
      String key = new String(record.key(), StandardCharsets.UTF_8);
      if (record.value() == null) {
        models.remove(key);
      } else {
        models.put(key, HexFormat.of().formatHex(record.value()));
      }
    }
    return models;
  }

  private static List<OutputRecord> side(Iterable<StreamRecord<OutputRecord>> records) {
    List<OutputRecord> side = new ArrayList<>();
    if (records != null) {
      records.forEach(record -> side.add(record.getValue()));
    }
    return side;
  }

  @Override
  public void close() throws Exception {
    operator.close();
  }
}
