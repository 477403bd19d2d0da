package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.PrivateDirectory;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * Ids of the topics that a job reads, now and at its last start. A topic that was deleted and
 * created again has a new id; its offsets start at 0, so a restored job skips its first records.
 */
public final class TopicIds {
  private static final String FILE = ".topics";
  private static final Duration ANSWER = Duration.ofSeconds(15);

  private final Path file;
  private final Properties now;

  private TopicIds(Path file, Properties now) {
    this.file = file;
    this.now = now;
  }

  /** Reads the ids of the pipeline's input topics from the brokers. */
  public static TopicIds of(Settings settings, Path stateDir) throws InterruptedException {
    return new TopicIds(stateDir.resolve(FILE), ids(settings));
  }

  /**
   * Reports topics that were recreated since the last start.
   *
   * @param notice receives a line for each
   * @throws CliError if the directory cannot be read
   */
  public void reportRecreated(Consumer<String> notice) {
    Properties before = atLastStart();
    for (String topic : now.stringPropertyNames()) {
      String known = before.getProperty(topic);
      if (known != null && !known.equals(now.getProperty(topic))) {
        notice.accept(
            ("Topic %s was recreated since the last start. The job continues at the offsets of the"
                    + " former topic, or at the first record of a partition that ends before"
                    + " them. To read it from its first record, give it another name.")
                .formatted(topic));
      }
    }
  }

  /**
   * Saves the ids for the next start.
   *
   * @throws CliError if the directory cannot be written
   */
  public void save() {
    Properties all = atLastStart(); // keeps topics whose ids are unknown now
    all.putAll(now);
    try {
      PrivateDirectory.create(Objects.requireNonNull(file.getParent()));
      StringWriter text = new StringWriter();
      all.store(text, "The input topics of the last start");
      OutputFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private CliError unusable(IOException e) {
    return new CliError("%s cannot be used: %s".formatted(file, OutputFile.obstacle(e)), e);
  }

  private Properties atLastStart() {
    Properties ids = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        ids.load(reader);
      } catch (IllegalArgumentException e) {
        ids.clear(); // damaged: written again; only a notice is lost
      } catch (IOException e) {
        throw unusable(e);
      }
    }
    return ids;
  }

  /** Returns the ids; empty if the brokers do not describe the topics. */
  private static Properties ids(Settings settings) throws InterruptedException {
    Properties ids = new Properties();
    try (Admin admin = KafkaClients.admin(settings.kafka(), ANSWER)) {
      for (var topic :
          admin.describeTopics(settings.input().topics()).allTopicNames().get().entrySet()) {
        ids.setProperty(topic.getKey(), topic.getValue().topicId().toString());
      }
    } catch (ExecutionException e) {
      // The job reports topics that may not be described.
    }
    return ids;
  }
}
