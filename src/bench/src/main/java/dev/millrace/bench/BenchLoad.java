package dev.millrace.bench;

import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.Progress;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.Settings.Backend;
import dev.millrace.config.Settings.Guarantee;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.input.InputSpec;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.nn.spec.AutoSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Settings and records of a measured pipeline, the same on each run.
 *
 * @param ids columns of ids, each of {@link #IDS_OF_COLUMN}
 * @param batch examples in one update of the network
 * @param auto the mixture that learns; null for the network
 * @param brokerBound whether the broker runs on the processors that this process is bound to
 */
record BenchLoad(
    int records,
    int features,
    int ids,
    int keys,
    int classes,
    int batch,
    AutoSpec.@Nullable Tier auto,
    int parallelism,
    Guarantee guarantee,
    Backend backend,
    int checkpointSeconds,
    int every,
    boolean brokerBound) {

  private static final int[] NONE = {};
  private static final int IDS_OF_COLUMN = 10_000;

  /** Returns the settings of the pipeline. */
  Settings settings(String bootstrapServers) {
    String yaml =
        """
        pipeline: bench
        kafka: { bootstrap.servers: "%s" }
        input: { label: label, start: earliest%s }
        %s
        metrics: { every: %d, max-interval: off }
        output: { guarantee: %s }
        state: { backend: %s, checkpoint-interval: %ds }
        """
            .formatted(
                bootstrapServers,
                declaredFeatures(),
                model(),
                every,
                KebabCase.of(guarantee),
                KebabCase.of(backend),
                checkpointSeconds);
    return PipelineFile.parse("bench", yaml, Path.of(""));
  }

  /** Records without ids need no declaration. */
  private String declaredFeatures() {
    if (ids == 0) {
      return "";
    }
    Stream<String> numbers = IntStream.range(0, features).mapToObj(f -> "f" + f);
    Stream<String> columns =
        IntStream.range(0, ids).mapToObj(c -> "{ name: i%d, type: id }".formatted(c));
    String task = classes == 2 ? ", task: binary" : ", task: multiclass";
    return Stream.concat(numbers, columns)
        .collect(Collectors.joining(", ", task + ", features: [", "]"));
  }

  /** Returns the settings of the same pipeline with a name for each number. */
  Settings named(Settings settings) {
    List<FeatureSpec> numbers =
        IntStream.range(0, features)
            .mapToObj(f -> new FeatureSpec("f" + f, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
            .toList();
    InputSpec input = settings.input().spec();
    return settings.withInput(
        settings
            .input()
            .withSpec(
                input.with(
                    to -> {
                      to.key = "key";
                      to.features = numbers;
                    })));
  }

  private String model() {
    return auto == null
        ? "model: { layers: [{ units: 32, activation: relu }], optimizer: sgd, batch-size: %d }"
            .formatted(batch)
        : "model: auto\nauto: " + auto.id();
  }

  /**
   * Fills the topic of examples: one invalid record, then all others.
   *
   * @throws KafkaException if a record was not sent; the benchmark would wait for it forever
   */
  void fill(Settings settings) {
    String topic = settings.input().topic();
    Source source = new Source();
    AtomicReference<Exception> firstFailure = new AtomicReference<>();
    Callback sent = (metadata, failure) -> firstFailure.compareAndSet(null, failure);
    try (KafkaProducer<byte[], byte[]> producer = producer(settings, 20);
        Progress progress = new Progress("fill the topic", records)) {
      producer.send(new ProducerRecord<>(topic, 0, bytes("start"), new byte[0]), sent);
      for (int i = 0; i < records; i++) {
        producer.send(source.next(topic, i), sent);
        progress.step();
      }
    }
    if (firstFailure.get() != null) {
      throw new KafkaException("topic " + topic + " did not take all records", firstFailure.get());
    }
  }

  /** Generates examples, the same in each run. */
  final class Source {
    private final SplittableRandom random = new SplittableRandom(1);
    private final ExampleEncoder encoder = new ExampleEncoder();
    private final float[] row = new float[features];
    private final byte[][] recordKeys = new byte[keys][];
    private int number;

    ProducerRecord<byte[], byte[]> next(String topic, long eventTime) {
      double sum = 0;
      for (int f = 0; f < features; f++) {
        row[f] = (float) (random.nextDouble() * 2 - 1);
        sum += row[f];
      }
      int label = Math.min(classes - 1, (int) (classes * (0.5 + Math.atan(sum) / Math.PI)));
      int key = number % keys;
      String name = "key-" + key;
      if (recordKeys[key] == null) {
        recordKeys[key] = bytes(name);
      }
      byte[] value =
          encoder.encode(
              "e" + number, name, eventTime, "c" + label, 0, 1f, row, features, NONE, drawIds());
      number++;
      return new ProducerRecord<>(topic, recordKeys[key], value);
    }

    /** Draws an id for each column, some of them far more often than others. */
    private Map<String, String> drawIds() {
      Map<String, String> drawn = new HashMap<>();
      for (int c = 0; c < ids; c++) {
        double uniform = random.nextDouble();
        drawn.put("i" + c, Integer.toString((int) (IDS_OF_COLUMN * uniform * uniform * uniform)));
      }
      return drawn;
    }
  }

  /** Returns a result that begins with these settings. */
  Measurement describe() {
    Measurement result = new Measurement();
    result.put("records", records);
    result.put("features", features);
    result.put("id_columns", ids);
    result.put("keys", keys);
    result.put("classes", classes);
    result.put("model", auto == null ? "network" : "auto: " + auto.id());
    result.put("batch", batch);
    result.put("parallelism", parallelism);
    result.put("guarantee", KebabCase.of(guarantee));
    result.put("backend", KebabCase.of(backend));
    result.put("checkpoint_s", checkpointSeconds);
    result.put("metrics_every", every);
    return result.put("broker_bound", brokerBound);
  }

  /** Returns a producer that waits at most {@code lingerMillis} to fill a batch. */
  static KafkaProducer<byte[], byte[]> producer(Settings settings, int lingerMillis) {
    Map<String, Object> properties = new HashMap<>(settings.kafka());
    properties.put("linger.ms", lingerMillis);
    properties.put("batch.size", "262144");
    KafkaClients.oneRequestAtATime(properties);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
