package dev.millrace.cli.dashboard;

import dev.millrace.cli.console.RootCause;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.kafka.TopicFollower;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the page with the events, the summary and the dead-letter topic, if they are there, and
 * with the lag of the pipeline.
 */
public final class DashboardFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardFeed.class);

  private final Map<String, String> kafka;
  private final DashboardServer page;
  private final List<TopicFollower> followers = new ArrayList<>();
  private final DashboardLag lag;

  /** Follows the topics of a pipeline file, other than its metrics. */
  public DashboardFeed(Settings settings, DashboardServer page) {
    this(settings.kafka(), page);
    Settings.Output output = settings.output();
    followValues(output.events());
    if (output.publish().summary()) {
      followValues(output.summary());
    }
    // Pipelines may share a dead-letter topic. A pipeline of one model has no commands.
    Set<String> inputs = new HashSet<>(settings.input().topics());
    Optional.ofNullable(output.commands()).ifPresent(inputs::add);
    followDeadLetters(output.deadLetters(), inputs);
  }

  /**
   * Follows the topics called after a pipeline, other than its metrics.
   *
   * @param pipeline its name, or null if unknown: then the page shows no such topics
   */
  public DashboardFeed(Map<String, String> kafka, @Nullable String pipeline, DashboardServer page) {
    this(kafka, page);
    if (pipeline != null) {
      followValues(DefaultTopic.EVENTS.of(pipeline));
      followValues(DefaultTopic.SUMMARY.of(pipeline));
      followDeadLetters(DefaultTopic.DEAD_LETTERS.of(pipeline), null);
    }
  }

  private DashboardFeed(Map<String, String> kafka, DashboardServer page) {
    this.kafka = kafka;
    this.page = page;
    this.lag = new DashboardLag(kafka, page);
  }

  private void followDeadLetters(String topic, @Nullable Set<String> inputs) {
    follow(topic, deadLetter -> page.deadLetter(deadLetter, inputs));
  }

  private void followValues(String topic) {
    follow(topic, TopicFollower.values(page::publish));
  }

  private void follow(String topic, Consumer<ConsumerRecord<byte[], byte[]>> onRecord) {
    followers.add(new TopicFollower(kafka, topic, onRecord, (absent, text) -> {}));
  }

  /** Starts to feed the page. */
  public void start() {
    followers.forEach(DashboardFeed::start);
    start(lag);
  }

  private static void start(Runnable source) {
    Thread thread = new Thread(() -> runIfReadable(source), "millrace-dashboard-feed");
    thread.setDaemon(true);
    thread.start();
  }

  private static void runIfReadable(Runnable source) {
    try {
      source.run();
    } catch (KafkaException e) {
      LOG.warn("The dashboard leaves out a topic that cannot be read: {}", RootCause.message(e));
    }
  }

  @Override
  public void close() {
    followers.forEach(TopicFollower::close);
    lag.close();
  }
}
