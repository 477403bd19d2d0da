package dev.millrace.cli;

import dev.millrace.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the page shows beside the metrics: the events, the fleet and the dead-letter topic, and how
 * far the pipeline is behind its input. Any of them may be absent; then the page goes without.
 */
final class DashboardFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardFeed.class);
  static final String DEFAULT_FLEET_TOPIC = "millrace.fleet.v1";

  private static final String EVENTS_TOPIC = "millrace.events.v1";
  static final String DEAD_LETTERS_TOPIC = "millrace.dlq.v1";

  private final Map<String, String> kafka;
  private final DashboardServer page;
  private final List<MetricsFollower> followers = new ArrayList<>();
  private final DashboardLag lag;

  /**
   * @param settings of the pipeline, or null to take the default topics
   */
  DashboardFeed(Map<String, String> kafka, Settings settings, DashboardServer page) {
    this.kafka = kafka;
    this.page = page;
    this.lag = new DashboardLag(kafka, page);
    follow(settings == null ? EVENTS_TOPIC : settings.output().events());
    if (settings == null) {
      follow(DEFAULT_FLEET_TOPIC);
    } else if (settings.output().hasFleet()) {
      follow(settings.output().fleet());
    }
    followLetters(settings);
  }

  /** Pipelines may share a dead-letter topic: letters of other topics' records are not counted. */
  private void followLetters(Settings settings) {
    Set<String> topics = settings == null ? null : refusedOf(settings);
    followers.add(
        MetricsFollower.ofRecords(
            kafka,
            settings == null ? DEAD_LETTERS_TOPIC : settings.output().deadLetters(),
            letter -> page.deadLetter(letter, topics)));
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
  void start() {
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
