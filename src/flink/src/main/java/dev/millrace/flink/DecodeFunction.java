package dev.millrace.flink;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.codec.registry.RegistryAlarm;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import dev.millrace.flink.OffsetGapDetector.Position;
import dev.millrace.input.InputSpec;
import dev.millrace.input.RegistrySpec;
import dev.millrace.kafka.BrokerOffsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records; invalid ones go to the dead-letter topic with the reason. Counts those that the
 * brokers deleted before they were read.
 */
public final class DecodeFunction extends ProcessFunction<KafkaRecord, Example>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  // As OffsetGapDetector.Position. Each subtask restores all of them: Flink may have moved the
  // partitions.
  private static final ListStateDescriptor<Tuple4<String, Integer, Long, Boolean>> POSITIONS =
      new ListStateDescriptor<>(
          "positions", Types.TUPLE(Types.STRING, Types.INT, Types.LONG, Types.BOOLEAN));

  private final String pipeline;
  private final InputSpec spec;
  private final ArrayList<String> topics;
  private final HashMap<String, String> kafka;
  // Null without a registry.
  private transient @Nullable RegisteredSchemas schemas;
  private transient ExampleDecoder decoder;
  // Null without a topic of labels.
  private transient @Nullable String labelTopic;
  private transient @Nullable ExampleDecoder labelDecoder;
  private transient Example example;
  private transient DecodedExamples examples;
  private transient Counter deletions;
  private transient BrokerOffsets brokers;
  private transient OffsetGapDetector lost;
  private transient ListState<Tuple4<String, Integer, Long, Boolean>> positions;

  /**
   * @param topics of examples, and of labels if they have one of their own
   * @param kafka properties of the clients
   */
  public DecodeFunction(
      String pipeline, InputSpec spec, List<String> topics, Map<String, String> kafka) {
    this.pipeline = pipeline;
    this.spec = spec;
    this.topics = new ArrayList<>(topics);
    this.kafka = new HashMap<>(kafka);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    brokers = new BrokerOffsets(kafka);
    Counter counter = JobMetric.LOST_RECORDS.sharedCounter(getRuntimeContext().getMetricGroup());
    lost = new OffsetGapDetector(topics, brokers::beginning, counter);
    positions = context.getOperatorStateStore().getUnionListState(POSITIONS);
    for (Tuple4<String, Integer, Long, Boolean> position : positions.get()) {
      lost.restore(new Position(position.f0, position.f1, position.f2, position.f3));
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    lost.check();
    List<Tuple4<String, Integer, Long, Boolean>> all = new ArrayList<>();
    for (Position position : lost.positions()) {
      all.add(
          Tuple4.of(position.topic(), position.partition(), position.offset(), position.isOwn()));
    }
    positions.update(all);
  }

  @Override
  public void open(OpenContext context) {
    RegistrySpec registry = spec.registry();
    schemas = registry == null ? null : RegisteredSchemas.acquire(registry, RegistryAlarm.INSTANCE);
    decoder = new ExampleDecoder(spec, schemas);
    labelTopic = spec.labels() == null ? null : spec.labels().topic();
    labelDecoder = labelTopic == null ? null : ExampleDecoder.ofLabels(spec, schemas);
    example = new Example();
    MetricGroup group = getRuntimeContext().getMetricGroup();
    examples = new DecodedExamples(group, pipeline, spec.limits());
    deletions = JobMetric.DELETIONS.counter(group);
  }

  @Override
  public void close() {
    if (schemas != null) {
      schemas.close();
    }
    if (brokers != null) {
      brokers.close();
    }
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<Example> out) {
    ExampleDecoder labels = record.topic().equals(labelTopic) ? labelDecoder : null;
    lost.see(labels == null ? 0 : 1, record.partition(), record.offset());
    DeadLetter deadLetter = (labels == null ? decoder : labels).decode(record, example);
    if (deadLetter == null && example.kind == RecordKind.DELETION) {
      deletions.inc();
    } else {
      examples.emit(deadLetter, example, context, out);
    }
  }
}
