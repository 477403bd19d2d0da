package dev.millrace.cli.run;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Terminal;
import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/** Finds other pipelines that publish models with the same keys on a pipeline's topic. */
public final class SharedTopicCheck {
  // Records of each partition that are read; a model's record has up to a megabyte.
  private static final int NEWEST = 5;

  private SharedTopicCheck() {}

  /** Returns a warning from the newest records of the topic; empty if it is not readable. */
  public static Optional<Finding> of(Settings settings) {
    String topic = settings.output().models();
    Set<String> otherPipelines = new TreeSet<>();
    try {
      TopicReader.readLast(
          settings.kafka(),
          topic,
          NEWEST,
          record -> {
            String pipeline = ModelAssembler.pipeline(KafkaClients.record(record));
            if (pipeline != null && !pipeline.equals(settings.pipeline())) {
              otherPipelines.add(pipeline);
            }
          });
    } catch (KafkaException e) {
      return Optional.empty(); // the job has only to write it
    }
    if (otherPipelines.isEmpty()) {
      return Optional.empty();
    }
    String names =
        otherPipelines.stream()
            .map(name -> Terminal.printable(name, 40))
            .collect(Collectors.joining(", "));
    return Optional.of(
        Finding.warning(
            "models",
            "%s has models of pipeline %s too; of a key in both, only the model published last stays"
                .formatted(topic, names),
            "Give each pipeline a topic of its own: output.topics.models: %s.models"
                .formatted(settings.pipeline())));
  }

  /** Returns the warning as one line. */
  public static Optional<String> line(Settings settings) {
    return of(settings).map(finding -> finding.text() + ". " + finding.remedy());
  }
}
