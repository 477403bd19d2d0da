package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import dev.millrace.testing.StubRegistry;
import dev.millrace.testing.StubRegistry.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose records are in the Confluent wire format, and whose registry is away at first. */
class RegistryITCase {
  private static final int EXAMPLES = 600;
  private static final int KEYS = 3;
  private static final int SINGLE_OBJECT_HEADER = 10;

  @Test
  void anOutageOfTheRegistryLosesAndRejectsNothing(@TempDir Path dir) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        StubRegistry registry = new StubRegistry()) {
      registry.with(5, Files.readString(Path.of("schemas", "training_example.avsc")));
      registry.setMode(Mode.FAILING);
      List<ProducerRecord<byte[], byte[]>> examples = JobTopics.examples(EXAMPLES, KEYS);
      Settings calm = pipeline("calm", kafka, "");
      Settings framed = pipeline("framed", kafka, registry(registry));
      JobTopics.create(calm);
      JobTopics.send(calm, examples);
      JobTopics.create(framed);
      JobTopics.send(framed, framed(examples));
      start(calm, null, true).getJobExecutionResult().get();

      // It waits for the first record behind those in single-object encoding.
      String savepoint =
          stop(start(framed, null, false), false, dir, () -> registry.questions() > 2);
      assertThat(letters(kafka, framed)).isEmpty();
      registry.setMode(Mode.WELL);
      stop(start(framed, savepoint, false), true, dir, () -> !letters(kafka, framed).isEmpty());

      assertThat(JobTopics.models(framed)).isEqualTo(JobTopics.models(calm)).hasSize(KEYS);
      assertThat(letters(kafka, framed))
          .singleElement()
          .satisfies(
              letter ->
                  assertThat(letter.headers().lastHeader("__millrace.errors.message").value())
                      .asString()
                      .isEqualTo("the registry has no schema with id 6"));
    }
  }

  @Test
  void schemasThatCannotBeUsedAndIdsThatAloneAreNotAnsweredAreDeadLetters() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        StubRegistry registry = new StubRegistry().withNestedSchemas(12, 900)) {
      registry.with(5, Files.readString(Path.of("schemas", "training_example.avsc")));
      registry.withStatus("/schemas/ids/8", 302);
      List<ProducerRecord<byte[], byte[]>> examples = JobTopics.examples(4, 1);
      Settings settings = pipeline("hostile", kafka, registry(registry));
      JobTopics.create(settings);
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int id : new int[] {StubRegistry.NESTED, 8, -1, 5}) {
        records.add(framed(id, examples.get(records.size())));
      }
      JobTopics.send(settings, records);

      start(settings, null, true).getJobExecutionResult().get();

      assertThat(letters(kafka, settings))
          .extracting(
              letter ->
                  new String(
                      letter.headers().lastHeader("__millrace.errors.reason").value(),
                      StandardCharsets.UTF_8))
          .containsExactlyInAnyOrder("unknown-schema", "unavailable-schema", "unknown-schema");
      assertThat(JobTopics.models(settings)).as("of the record behind them").hasSize(1);
    }
  }

  /** The first hundred as they are, the others in the wire format; last one of no schema. */
  private static List<ProducerRecord<byte[], byte[]>> framed(
      List<ProducerRecord<byte[], byte[]>> examples) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(examples.subList(0, 100));
    for (ProducerRecord<byte[], byte[]> example : examples.subList(100, examples.size())) {
      records.add(framed(5, example));
    }
    records.add(framed(6, examples.get(0)));
    return records;
  }

  /** Returns the example in the wire format, of a schema. */
  static ProducerRecord<byte[], byte[]> framed(int id, ProducerRecord<byte[], byte[]> example) {
    byte[] value = example.value();
    byte[] framed =
        ByteBuffer.allocate(5 + value.length - SINGLE_OBJECT_HEADER)
            .put((byte) 0)
            .putInt(id)
            .put(value, SINGLE_OBJECT_HEADER, value.length - SINGLE_OBJECT_HEADER)
            .array();
    return new ProducerRecord<>(
        "", null, example.timestamp(), example.key(), framed, example.headers());
  }

  private static List<ConsumerRecord<byte[], byte[]>> letters(
      EmbeddedKafka kafka, Settings settings) {
    return CommittedRecords.read(kafka.bootstrapServers(), settings.output().deadLetters());
  }

  static String registry(StubRegistry registry) {
    return ", registry: { url: '"
        + registry.url()
        + "', retry-backoff: 10ms, retry-backoff-max: 50ms }";
  }

  private static Settings pipeline(String name, EmbeddedKafka kafka, String input)
      throws IOException {
    return PipelineFile.parse(
        name + ".yaml",
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { topic: %1$s-in, label: class, classes: [a, b, c]%3$s }
        output:
          topics: { metrics: %1$s-metrics, dead-letters: %1$s-dlq, models: %1$s-models }
        """
            .formatted(name, kafka.bootstrapServers(), input),
        Path.of(""));
  }

  private static JobClient start(Settings settings, String savepoint, boolean bounded)
      throws Exception {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("restart-strategy.type", "none");
    // The next job of a pipeline does not wait until the lease of the former one expires.
    options.put(MillraceJob.LEASE_HOLDER.key(), settings.pipeline());
    options.put("pipeline.generic-types", "false");
    options.put("pipeline.auto-generate-uids", "false");
    options.put("pipeline.object-reuse", "true");
    options.put("execution.checkpointing.interval", "200 ms");
    if (savepoint != null) {
      options.put("execution.state-recovery.path", savepoint);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, Configuration.fromMap(options));
    MillraceJob.buildOnKafka(env, settings, bounded);
    return env.executeAsync(settings.pipeline());
  }

  /** Stops a job once it is so far, and returns its savepoint. */
  private static String stop(JobClient job, boolean drain, Path dir, Callable<Boolean> isSoFar)
      throws Exception {
    Awaitility.await().atMost(Patience.MAX).until(isSoFar);
    return job.stopWithSavepoint(drain, dir.toUri().toString(), SavepointFormatType.CANONICAL)
        .get();
  }
}
