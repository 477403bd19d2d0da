package dev.millrace.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.MillraceJob;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.testing.CommittedRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What an undisturbed run of the same input writes, and how another run differs from it. */
final class Oracle {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> metrics = new HashMap<>();
  private final int deadLetters;
  private final String models;

  /**
   * How the output of a run differs from the undisturbed one.
   *
   * @param records committed metric records
   * @param missing metric records of the undisturbed run that this one lacks
   * @param repeated metric records that came more than once, byte for byte the same
   * @param wrong metric records that the undisturbed run does not have, or has with other values
   * @param deadLetters all of them
   * @param deadLettersTooMany or too few if negative
   */
  record Difference(
      int records,
      int missing,
      int repeated,
      int wrong,
      int deadLetters,
      int deadLettersTooMany,
      boolean sameModels,
      String modelsSha256) {

    boolean isNone() {
      return repeated == 0 && isNoneButRepeats();
    }

    /** Whether a reader who drops records with a key and number it has seen sees no difference. */
    boolean isNoneButRepeats() {
      return missing == 0 && wrong == 0 && deadLettersTooMany == 0 && sameModels;
    }
  }

  private Oracle(String bootstrapServers, Settings settings) throws IOException {
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(bootstrapServers, settings.output().metrics())) {
      String value = text(record, settings);
      if (metrics.put(id(value), value) != null) {
        throw new IllegalStateException("the undisturbed run repeats " + value);
      }
    }
    deadLetters = CommittedRecords.read(bootstrapServers, settings.output().deadLetters()).size();
    models = CommittedRecords.modelsSha256(bootstrapServers, settings.output().models());
  }

  /** Runs the pipeline over the input to its end, in this JVM and with a broker of its own. */
  static Oracle of(Pipeline pipeline, Input input, Path dir) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      String servers = kafka.bootstrapServers();
      Path file = pipeline.write(dir.resolve("undisturbed.yaml"), servers, "undisturbed");
      Settings settings = PipelineFile.read(file);
      Topics.create(file);
      try (Traffic traffic =
          new Traffic(servers, settings.input().topic(), input.undisturbed(), Traffic.CALM)) {
        traffic.hurry(traffic.size());
        traffic.requireNoLoss();
      }
      StreamExecutionEnvironment env = environment(settings, Map.of());
      MillraceJob.buildOnKafka(env, settings, true);
      env.execute(settings.pipeline());
      return new Oracle(servers, settings);
    }
  }

  /** Flink in this JVM, with two subtasks of each operator. */
  static StreamExecutionEnvironment environment(Settings settings, Map<String, String> more) {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("restart-strategy.type", "none");
    options.put("pipeline.object-reuse", "true");
    options.putAll(more);
    return StreamExecutionEnvironment.createLocalEnvironment(2, Configuration.fromMap(options));
  }

  /** Compares what a drained run has committed. */
  Difference compare(String bootstrapServers, Settings settings) throws IOException {
    Set<String> seen = new HashSet<>();
    int repeated = 0;
    int wrong = 0;
    List<ConsumerRecord<byte[], byte[]>> records =
        CommittedRecords.read(bootstrapServers, settings.output().metrics());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      String value = text(record, settings);
      String id = id(value);
      if (!value.equals(metrics.get(id))) {
        wrong++;
      } else if (!seen.add(id)) {
        repeated++;
      }
    }
    String published = CommittedRecords.modelsSha256(bootstrapServers, settings.output().models());
    int refused = CommittedRecords.read(bootstrapServers, settings.output().deadLetters()).size();
    return new Difference(
        records.size(),
        metrics.size() - seen.size(),
        repeated,
        wrong,
        refused,
        refused - deadLetters,
        published.equals(models),
        published);
  }

  // Metrics name the topic that they are about, and each run has its own.
  private static String text(ConsumerRecord<byte[], byte[]> record, Settings settings) {
    String value = new String(record.value(), StandardCharsets.UTF_8);
    return value.replace("\"" + settings.input().topic() + "\"", "\"the examples\"");
  }

  private static String id(String metrics) throws IOException {
    JsonNode json = JSON.readTree(metrics);
    return json.path("key").asText() + " " + json.path("seq").asInt();
  }
}
