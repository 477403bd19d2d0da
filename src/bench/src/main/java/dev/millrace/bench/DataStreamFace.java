package dev.millrace.bench;

import dev.millrace.Millrace;
import dev.millrace.MillraceJob;
import dev.millrace.MillraceStreams;
import dev.millrace.codec.ExampleFields;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** The pipeline of a benchmark in a job of its own, which decodes the records itself. */
final class DataStreamFace {
  // Behind the framing of a record.
  private static final int HEADER_BYTES = 10;

  private DataStreamFace() {}

  /** An element of the job; mutable, as Flink wants it. */
  public static final class Reading {
    public String key = "";
    public String label = "";
    public float[] values = {};
  }

  /** Builds the job between the topic of examples, as far as it is filled, and sinks. */
  static void build(
      StreamExecutionEnvironment env, BenchLoad load, Settings settings, MillraceJob.Sinks sinks) {
    KafkaSource<Reading> source =
        KafkaSource.<Reading>builder()
            .setBootstrapServers(settings.kafka().get("bootstrap.servers"))
            .setTopics(settings.input().topic())
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setBounded(OffsetsInitializer.latest())
            .setGroupId("bench-datastream")
            .setDeserializer(KafkaRecordDeserializationSchema.valueOnly(new Decoder()))
            .build();
    DataStream<Reading> readings =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "readings").uid("readings");
    String[] names =
        IntStream.range(0, load.features()).mapToObj(f -> "f" + f).toArray(String[]::new);
    MillraceStreams out =
        Millrace.of(settings).learn(readings, (reading, fields) -> set(reading, names, fields));
    out.metrics().sinkTo(sinks.metrics()).uid("metrics-sink");
    out.deadLetters().sinkTo(sinks.deadLetters()).uid("dead-letters-sink");
    out.models().sinkTo(sinks.models()).uid("models-sink");
  }

  private static void set(Reading reading, String[] names, ExampleFields fields) {
    fields.set("key", reading.key).set("label", reading.label);
    float[] values = reading.values;
    for (int f = 0; f < values.length; f++) {
      fields.set(names[f], values[f]);
    }
  }

  /** Decodes records of {@link BenchLoad} field by field; an invalid one has no values. */
  private static final class Decoder extends AbstractDeserializationSchema<Reading> {
    private static final long serialVersionUID = 1L;

    private transient @Nullable BinaryDecoder avro;
    private transient @Nullable Utf8 text;

    @Override
    public Reading deserialize(byte[] record) throws IOException {
      Reading reading = new Reading();
      if (record.length < HEADER_BYTES) {
        return reading;
      }
      avro =
          DecoderFactory.get()
              .binaryDecoder(record, HEADER_BYTES, record.length - HEADER_BYTES, avro);
      avro.skipString(); // id
      text = avro.readString(text);
      reading.key = text.toString();
      avro.readLong(); // event time
      avro.readIndex(); // a label is a text here
      text = avro.readString(text);
      reading.label = text.toString();
      avro.readFloat(); // weight
      reading.values = new float[(int) avro.readArrayStart()];
      for (int f = 0; f < reading.values.length; f++) {
        reading.values[f] = avro.readFloat();
      }
      return reading;
    }
  }
}
