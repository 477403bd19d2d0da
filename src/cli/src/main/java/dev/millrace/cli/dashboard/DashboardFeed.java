package dev.millrace.cli.dashboard;

import dev.millrace.cli.watch.MetricsFollower;
import dev.millrace.config.DefaultTopic;
import dev.millrace.config.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the page shows beside the metrics: the events, the summary and the dead-letter topic, and
 * how far the pipeline is behind its input. Any of them may be absent; then the page goes without.
 */
public final class DashboardFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardFeed.class);

  private final Map<String, String> kafka;
  private final DashboardServer page;
  private final List<MetricsFollower> followers = new ArrayList<>();
  private final DashboardLag lag;

  /** Follows the topics of a pipeline file, other than its metrics. */
  public DashboardFeed(Settings settings, DashboardServer page) {
    this(settings.kafka(), page);
    follow(settings.output().events());
    if (settings.output().hasSummary()) {
      follow(settings.output().summary());
    }
    followLetters(settings.output().deadLetters(), refusedOf(settings));
  }

  /**
   * Follows the topics called after a pipeline, other than its metrics, where no file names them.
   *
   * @param pipeline its name, or null where it is not known: then the page goes without topics
   */
  public DashboardFeed(Map<String, String> kafka, String pipeline, DashboardServer page) {
    this(kafka, page);
    if (pipeline != null) {
      follow(DefaultTopic.EVENTS.of(pipeline));
      follow(DefaultTopic.SUMMARY.of(pipeline));
      followLetters(DefaultTopic.DEAD_LETTERS.of(pipeline), null);
    }
  }

  private DashboardFeed(Map<String, String> kafka, DashboardServer page) {
    this.kafka = kafka;
    this.page = page;
    this.lag = new DashboardLag(kafka, page);
  }

  /** Pipelines may share a dead-letter topic: letters of other topics' records are not counted. */
  private void followLetters(String topic, Set<String> topics) {
    followers.add(
        MetricsFollower.ofRecords(kafka, topic, letter -> page.deadLetter(letter, topics)));
  }

  private static Set<String> refusedOf(Settings settings) {
    Set<String> topics = new HashSet<>(settings.input().topics());
    topics.add(settings.output().commands()); // null in a pipeline without
    return topics;
  }

  private void follow(String topic) {
    followers.add(new MetricsFollower(kafka, topic, true, page::publish, absence -> {}));
  }

  /** Begins to feed the page. */
  public void start() {
    followers.forEach(DashboardFeed::start);
    start(lag);
  }

  private static void start(Runnable source) {
    Thread thread = new Thread(() -> runIfAllowed(source), "millrace-dashboard-feed");
    thread.setDaemon(true);
    thread.start();
  }

  private static void runIfAllowed(Runnable source) {
    try {
      source.run();
    } catch (AuthorizationException e) {
      LOG.warn("The page goes without what it may not read: {}", e.getMessage());
    }
  }

  /** Ends it within moments. */
  @Override
  public void close() {
    followers.forEach(MetricsFollower::close);
    lag.close();
  }
}
