package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import dev.millrace.testing.StateFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The savepoint that a release took of its job goes on in this one's, on any backend and with
 * another parallelism, and ends as if there had been one run.
 *
 * <p>It was taken after half of the records, in canonical format. With {@code
 * -Dmillrace.fixtures.write=true} it is written if it is not there.
 */
class SavepointFixtureITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path RELEASE =
      Path.of("src/cli/src/test/resources/savepoint/v1").toAbsolutePath();
  private static final int EXAMPLES = 600;
  private static final int KEYS = 3;

  private static Map<String, String> undisturbed;

  private EmbeddedKafka kafka;

  @BeforeAll
  static void runWithoutAStop(@TempDir Path dir) throws Exception {
    SavepointFixtureITCase test = new SavepointFixtureITCase();
    if (StateFixtures.writing() && !Files.exists(RELEASE)) {
      test.write(dir);
    }
    test.startBroker();
    try {
      undisturbed = test.modelsOfARun(dir);
    } finally {
      test.stopBroker();
    }
  }

  private Map<String, String> modelsOfARun(Path dir) throws Exception {
    Settings settings = pipeline("heap");
    JobTopics.create(settings);
    JobTopics.send(settings, JobTopics.examples(EXAMPLES, KEYS));
    JobClient job = start(settings, 1, null);
    awaitExamples(settings);
    stop(job, true, dir);
    return JobTopics.models(settings);
  }

  // The savepoint names topics and offsets, so each job has a broker of its own.
  @BeforeEach
  void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterEach
  void stopBroker() {
    kafka.close();
  }

  @ParameterizedTest
  @CsvSource({"heap, 1", "heap, 2", "rocksdb, 2"})
  void aReleasedSavepointContinuesToTheSameBytes(String backend, int parallelism, @TempDir Path dir)
      throws Exception {
    Settings settings = pipeline(backend);
    JobTopics.create(settings);
    JobTopics.send(settings, JobTopics.examples(EXAMPLES, KEYS));

    JobClient job = start(settings, parallelism, RELEASE);
    // Nothing of the first half is learned again: its reports would be on the topic too.
    awaitExamples(settings);
    stop(job, true, dir);

    assertThat(firstSeq(settings)).isGreaterThan(EXAMPLES / 2 / KEYS);
    assertThat(JobTopics.models(settings)).isEqualTo(undisturbed).hasSize(KEYS);
  }

  private void write(Path dir) throws Exception {
    startBroker();
    try {
      Settings settings = pipeline("heap");
      JobTopics.create(settings);
      JobTopics.send(settings, JobTopics.examples(EXAMPLES, KEYS).subList(0, EXAMPLES / 2));
      JobClient job = start(settings, 1, null);
      await(settings, EXAMPLES / 2);
      Path savepoint = Path.of(stop(job, false, dir).replaceFirst("^file:/+", "/"));
      Files.createDirectories(RELEASE);
      try (Stream<Path> files = Files.list(savepoint)) {
        for (Path file : files.toList()) {
          Files.copy(file, RELEASE.resolve(file.getFileName()));
        }
      }
    } finally {
      stopBroker();
    }
  }

  private static String stop(JobClient job, boolean drain, Path dir) throws Exception {
    return job.stopWithSavepoint(drain, dir.toUri().toString(), SavepointFormatType.CANONICAL)
        .get();
  }

  private static void awaitExamples(Settings settings) {
    await(settings, EXAMPLES);
  }

  private static void await(Settings settings, int examples) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(
            () -> {
              Map<String, Integer> newest = new TreeMap<>();
              for (JsonNode metrics : metrics(settings)) {
                newest.put(metrics.path("key").asText(), metrics.path("seq").asInt());
              }
              return newest.values().stream().mapToInt(Integer::intValue).sum() == examples;
            });
  }

  private static int firstSeq(Settings settings) throws IOException {
    return metrics(settings).stream().mapToInt(m -> m.path("seq").asInt()).min().orElseThrow();
  }

  private static List<JsonNode> metrics(Settings settings) throws IOException {
    List<JsonNode> metrics = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(
            settings.kafka().get("bootstrap.servers"), settings.output().metrics())) {
      metrics.add(JSON.readTree(record.value()));
    }
    return metrics;
  }

  private static JobClient start(Settings settings, int parallelism, Path savepoint)
      throws Exception {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("restart-strategy.type", "none");
    options.put("pipeline.generic-types", "false");
    options.put("pipeline.auto-generate-uids", "false");
    // As flink-conf/config.yaml has it; keyed state cannot be restored under another number.
    options.put("pipeline.max-parallelism", "720");
    if (savepoint != null) {
      options.put("execution.state-recovery.path", savepoint.toUri().toString());
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(
            parallelism, Configuration.fromMap(options));
    MillraceJob.buildOnKafka(env, settings, false);
    return env.executeAsync(settings.pipeline());
  }

  /** Every kind of state in use: a mini-batch that is filling, two moments, classes on the way. */
  private Settings pipeline(String backend) {
    return PipelineFile.parse(
        "release.yaml",
        """
        pipeline: release
        kafka: { bootstrap.servers: "%s" }
        input: { label: class, start: earliest }
        model:
          layers: [{ units: 6, activation: tanh }]
          optimizer: adam
          batch-size: 7
        metrics: { every: 10, window: 50 }
        state: { backend: %s, cache-bytes: 0 }
        """
            .formatted(kafka.bootstrapServers(), backend),
        Path.of(""));
  }
}
