package dev.millrace.flink;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.InputSpec;
import dev.millrace.codec.RegisteredSchemas;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Decodes records; those that cannot be used go to the dead-letter topic with the reason. */
public final class DecodeFunction extends ProcessFunction<KafkaRecord, Example> {
  private static final long serialVersionUID = 1L;

  private final InputSpec spec;
  // Null without a registry.
  private transient RegisteredSchemas schemas;
  private transient ExampleDecoder decoder;
  // Of the topic of labels; null if there is none.
  private transient ExampleDecoder labelDecoder;
  private transient Example example;
  private transient Counter decoded;
  private transient DeadLetters refused;

  public DecodeFunction(InputSpec spec) {
    this.spec = spec;
  }

  @Override
  public void open(OpenContext context) {
    schemas =
        spec.registry() == null
            ? null
            : RegisteredSchemas.acquire(spec.registry(), RegistryAlarm.INSTANCE);
    decoder = new ExampleDecoder(spec, schemas);
    labelDecoder =
        spec.labels() == null || spec.labels().topic() == null
            ? null
            : ExampleDecoder.ofLabels(spec, schemas);
    example = new Example();
    MetricGroup group = getRuntimeContext().getMetricGroup();
    decoded = JobMetric.DECODED.counter(group);
    refused = new DeadLetters(group, spec.limits().outputBytes());
  }

  @Override
  public void close() {
    if (schemas != null) {
      schemas.close();
    }
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<Example> out) {
    boolean isLabel = labelDecoder != null && record.topic().equals(spec.labels().topic());
    DeadLetter letter = (isLabel ? labelDecoder : decoder).decode(record, example);
    if (letter == null) {
      decoded.inc();
      out.collect(example);
    } else {
      context.output(Outputs.DEAD_LETTERS, refused.record(letter));
    }
  }
}
