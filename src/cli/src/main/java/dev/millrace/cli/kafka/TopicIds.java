package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * Which topics a job reads, and read at its last start. A topic that was deleted and made again has
 * the name of the former one and nothing else: its offsets begin anew, and a job that goes on where
 * it was leaves out its first records.
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

  /** Asks the brokers which topics those are that the pipeline reads. */
  public static TopicIds of(Settings settings, Path stateDir) throws InterruptedException {
    return new TopicIds(stateDir.resolve(FILE), ids(settings));
  }

  /**
   * Tells of topics that were made anew since the last start, if a job is to go on where it was.
   *
   * @param notice takes a line for each
   * @throws CliError if the directory cannot be read
   */
  public void tellNew(Consumer<String> notice) {
    Properties before = atLastStart();
    for (String topic : now.stringPropertyNames()) {
      String known = before.getProperty(topic);
      if (known != null && !known.equals(now.getProperty(topic))) {
        notice.accept(
            ("Topic %s was made anew since the last start: of the new one the job reads what"
                    + " comes behind the offsets of the former, and all of a partition that ends"
                    + " before them. To read it from its first record, give it another name.")
                .formatted(topic));
      }
    }
  }

  /**
   * Notes the topics for the next start, now that the job has been started.
   *
   * @throws CliError if the directory cannot be written
   */
  public void note() {
    Properties all = atLastStart(); // which stays what is known of those of which nothing is now
    all.putAll(now);
    try {
      Files.createDirectories(file.getParent());
      try (Writer writer = Files.newBufferedWriter(file)) {
        all.store(writer, "The input topics of the last start");
      }
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
        ids.clear(); // damaged: it is written anew, and all that is lost is a notice
      } catch (IOException e) {
        throw unusable(e);
      }
    }
    return ids;
  }

  /** None where the brokers do not tell. */
  private static Properties ids(Settings settings) throws InterruptedException {
    Properties ids = new Properties();
    try (Admin admin = KafkaClients.admin(settings.kafka(), ANSWER)) {
      for (var topic :
          admin.describeTopics(settings.input().topics()).allTopicNames().get().entrySet()) {
        ids.setProperty(topic.getKey(), topic.getValue().topicId().toString());
      }
    } catch (ExecutionException e) {
      // Who may not see the topics now will be told so by the job.
    }
    return ids;
  }
}
