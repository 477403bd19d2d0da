package dev.millrace.flink;

import dev.millrace.codec.FieldsDecoder;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Turns the elements of a stream into examples; invalid ones become dead letters with the reason.
 *
 * @param <T> type of the elements
 */
public final class MapperFunction<T> extends ProcessFunction<T, Example> {
  private static final long serialVersionUID = 1L;

  private final String pipeline;
  private final InputSpec spec;
  private final ExampleMapper<? super T> mapper;
  private final boolean labelsOnly;
  // Null if elements do not travel with their examples.
  private @Nullable CarriedElement<T> carried;
  private transient FieldsDecoder decoder;
  private transient Example example;
  private transient DecodedExamples examples;

  /**
   * @param labelsOnly true if the elements are labels of examples of another stream
   */
  public MapperFunction(
      String pipeline, InputSpec spec, ExampleMapper<? super T> mapper, boolean labelsOnly) {
    this.pipeline = pipeline;
    this.spec = spec;
    this.mapper = mapper;
    this.labelsOnly = labelsOnly;
  }

  /** Makes elements travel with their examples; called before the job starts. */
  public void carryElements(TypeSerializer<T> serializer) {
    carried = new CarriedElement<>(serializer);
  }

  @Override
  public void open(OpenContext context) {
    decoder = labelsOnly ? FieldsDecoder.ofLabels(spec) : FieldsDecoder.of(spec);
    example = new Example();
    examples = new DecodedExamples(getRuntimeContext().getMetricGroup(), pipeline, spec.limits());
  }

  @Override
  public void processElement(T element, Context context, Collector<Example> out) throws Exception {
    mapper.map(element, decoder.begin());
    Long timestamp = context.timestamp();
    DeadLetter deadLetter =
        decoder.decode(timestamp == null ? KafkaRecord.NO_TIMESTAMP : timestamp, example);
    if (carried != null && deadLetter == null) {
      example.record = carried.add(element, example.record);
    }
    examples.emit(deadLetter, example, context, out);
  }
}
