package dev.millrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.millrace.MillraceJob;
import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.KafkaIo;
import dev.millrace.simd.Kernels;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Times the production graph between two topics of a real broker against a plain consumer that only
 * decodes.
 *
 * <p>The topic starts with one record that is refused: its dead letter tells when the job began to
 * read. The job ends with its input, all metrics written.
 */
final class PipelineBench {
  private static final String[] NO_NAMES = {};
  private static final byte[][] NO_VALUES = {};

  private final int records;
  private final int features;
  private final int keys;
  private final int classes;
  private final int batch;

  PipelineBench(int records, int features, int keys, int classes, int batch) {
    this.records = records;
    this.features = features;
    this.keys = keys;
    this.classes = classes;
    this.batch = batch;
  }

  /** Seconds on the clock and of all processors, for all records. */
  private record Timing(double wall, double cpu) {}

  /** Medians over the rounds behind the first. */
  record Result(int records, int features, int keys, int classes, int batch, double[] figures) {
    double recordsPerSecond() {
      return records / figures[0];
    }

    double ceiling() {
      return records / figures[2];
    }

    double fraction() {
      return figures[2] / figures[0];
    }

    String toJson() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("records", records);
      json.put("features", features);
      json.put("keys", keys);
      json.put("classes", classes);
      json.put("batch", batch);
      json.put("records_per_s", Math.round(recordsPerSecond()));
      json.put("ceiling_records_per_s", Math.round(ceiling()));
      json.put("fraction", Math.round(1000 * fraction()) / 1000.0);
      json.put("records_per_cpu_s", Math.round(records / figures[1]));
      json.put("ceiling_records_per_cpu_s", Math.round(records / figures[3]));
      json.put("cpu_fraction", Math.round(1000 * figures[3] / figures[1]) / 1000.0);
      json.put("simd_bits", Kernels.best().bits());
      json.put("processors", Runtime.getRuntime().availableProcessors());
      json.put("jdk", Runtime.version().toString());
      return json.toString();
    }

    String toText() {
      return String.format(
          Locale.ROOT,
          "%,.0f records/s; a consumer that only decodes: %,.0f; fraction %.2f (by CPU time %.2f)",
          recordsPerSecond(),
          ceiling(),
          fraction(),
          figures[3] / figures[1]);
    }
  }

  Result run(int rounds, PrintWriter err) throws Exception {
    try (BrokerProcess broker = BrokerProcess.start()) {
      Settings settings = settings(broker.bootstrapServers());
      TopicsCommand.create(settings, 1, null);
      fill(settings);
      double[][] figures = new double[4][rounds - 1];
      for (int round = 0; round < rounds; round++) {
        Timing ceiling = timeDecoding(settings);
        Timing job = timeJob(settings);
        err.printf(
            Locale.ROOT,
            "round %d: job %,.0f records/s, decoding alone %,.0f%s%n",
            round,
            records / job.wall(),
            records / ceiling.wall(),
            round == 0 ? " (warm-up)" : "");
        if (round > 0) {
          figures[0][round - 1] = job.wall();
          figures[1][round - 1] = job.cpu();
          figures[2][round - 1] = ceiling.wall();
          figures[3][round - 1] = ceiling.cpu();
        }
      }
      double[] medians = Arrays.stream(figures).mapToDouble(PipelineBench::median).toArray();
      return new Result(records, features, keys, classes, batch, medians);
    }
  }

  private Settings settings(String bootstrapServers) {
    String yaml =
        """
        pipeline: bench
        kafka: { bootstrap.servers: "%s" }
        input: { label: label, start: earliest }
        model: { layers: [{ units: 32, activation: relu }], optimizer: sgd, batch-size: %d }
        """
            .formatted(bootstrapServers, batch);
    return PipelineFile.parse("bench", yaml, Path.of(""));
  }

  private void fill(Settings settings) {
    Map<String, Object> properties = new HashMap<>(settings.kafka());
    properties.put("linger.ms", "20");
    properties.put("batch.size", "262144");
    ExampleEncoder encoder = new ExampleEncoder();
    SplittableRandom random = new SplittableRandom(1);
    float[] row = new float[features];
    int[] none = {};
    String topic = settings.input().topic();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(
          new ProducerRecord<>(topic, "start".getBytes(StandardCharsets.UTF_8), new byte[0]));
      for (int i = 0; i < records; i++) {
        double sum = 0;
        for (int f = 0; f < features; f++) {
          row[f] = (float) (random.nextDouble() * 2 - 1);
          sum += row[f];
        }
        int label = Math.min(classes - 1, (int) (classes * (0.5 + Math.atan(sum) / Math.PI)));
        String key = "key-" + i % keys;
        byte[] value =
            encoder.encode("e" + i, key, i, "c" + label, 0, 1f, row, features, none, Map.of());
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
      }
    }
  }

  private Timing timeDecoding(Settings settings) {
    ExampleDecoder decoder = new ExampleDecoder(settings.input().spec());
    Example example = new Example();
    TopicPartition partition = new TopicPartition(settings.input().topic(), 0);
    int decoded = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.copyOf(new HashMap<String, Object>(settings.kafka())),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long wall = 0;
      long cpu = 0;
      while (decoded < records) {
        for (ConsumerRecord<byte[], byte[]> record :
            consumer.poll(java.time.Duration.ofSeconds(1))) {
          if (wall == 0) {
            wall = System.nanoTime();
            cpu = cpuNanos();
          }
          KafkaRecord raw =
              new KafkaRecord(
                  record.topic(),
                  record.partition(),
                  record.offset(),
                  record.timestamp(),
                  record.key(),
                  record.value(),
                  NO_NAMES,
                  NO_VALUES);
          if (decoder.decode(raw, example) == null) {
            decoded++;
          }
        }
      }
      return since(wall, cpu);
    }
  }

  private static Timing timeJob(Settings settings) throws Exception {
    long[] began = new long[2];
    try (LocalSink deadLetters =
        new LocalSink(
            record -> {
              began[0] = System.nanoTime();
              began[1] = cpuNanos();
            })) {
      StreamExecutionEnvironment env = LocalFlink.environment(1, LocalFlink.NO_RESTART);
      MillraceJob.build(
          env,
          settings,
          KafkaIo.source(
              settings.kafka(),
              settings.input().topic(),
              "bench",
              OffsetsInitializer.earliest(),
              true),
          new MillraceJob.Sinks(
              KafkaIo.sink(
                  settings.kafka(),
                  settings.output().metrics(),
                  DeliveryGuarantee.AT_LEAST_ONCE,
                  "bench-metrics",
                  settings.input().spec().limits().outputBytes()),
              deadLetters,
              KafkaIo.sink(
                  settings.kafka(),
                  settings.output().models(),
                  DeliveryGuarantee.AT_LEAST_ONCE,
                  "bench-models",
                  settings.input().spec().limits().outputBytes())));
      env.execute("millrace bench");
      return since(began[0], began[1]);
    }
  }

  private static Timing since(long wall, long cpu) {
    return new Timing((System.nanoTime() - wall) / 1e9, (cpuNanos() - cpu) / 1e9);
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
