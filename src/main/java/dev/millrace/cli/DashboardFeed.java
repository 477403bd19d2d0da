package dev.millrace.cli;

import dev.millrace.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the page shows beside the metrics: the events and the fleet topic, and how far the pipeline
 * is behind its input. Any of them may be absent; then the page goes without.
 */
final class DashboardFeed implements AutoCloseable {
  private static final String EVENTS_TOPIC = "millrace.events.v1";

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
      follow(WatchCommand.DEFAULT_FLEET_TOPIC);
    } else if (settings.output().hasFleet()) {
      follow(settings.output().fleet());
    }
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
    Thread thread = new Thread(source, "millrace-dashboard-feed");
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends it within moments. */
  @Override
  public void close() {
    followers.forEach(MetricsFollower::close);
    lag.close();
  }
}
