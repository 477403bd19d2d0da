package dev.millrace.cli.run;

import com.sun.net.httpserver.HttpExchange;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.http.HttpService;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.http.PrometheusText;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.prometheus.AbstractPrometheusReporter;

/**
 * Serves the metrics of Flink in this process to Prometheus, under the names that Flink's own
 * reporter gives them. That reporter listens on all addresses of the machine; this one on 127.0.0.1
 * alone. Thread-safe.
 */
final class FlinkMetrics extends HttpService {
  private static final int THREADS = 1;

  private final Reporter reporter = new Reporter();

  /** Flink's reporter, which keeps its registry to itself. */
  private static final class Reporter extends AbstractPrometheusReporter {
    final CollectorRegistry collectors = registry(this);

    private static CollectorRegistry registry(AbstractPrometheusReporter reporter) {
      try {
        Field field = AbstractPrometheusReporter.class.getDeclaredField("registry");
        field.setAccessible(true);
        return (CollectorRegistry) field.get(reporter);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("Flink's reporter has no registry", e);
      }
    }
  }

  /**
   * Binds a port of 127.0.0.1, 0 for any, and starts to answer.
   *
   * @throws CliError if the port cannot be used
   */
  static FlinkMetrics start(int port) {
    FlinkMetrics metrics = new FlinkMetrics(port);
    metrics.start();
    return metrics;
  }

  private FlinkMetrics(int port) {
    super(Ports.HOST, port, THREADS, HttpToken.NONE);
  }

  /** Returns what Flink has to be given to report here. */
  AbstractPrometheusReporter reporter() {
    return reporter;
  }

  /** Returns the options of the reporter, those of flink-conf/config.yaml. */
  static MetricConfig options() {
    MetricConfig options = new MetricConfig();
    String prefix = "metrics.reporter.prom.";
    FlinkConfiguration.file()
        .forEach(
            (key, value) -> {
              if (key.startsWith(prefix)) {
                options.setProperty(key.substring(prefix.length()), value);
              }
            });
    return options;
  }

  @Override
  protected void answer(HttpExchange exchange) throws IOException {
    HttpReply rejection = rejection(exchange, false, "GET");
    send(
        exchange,
        rejection == null
            ? PrometheusText.reply(reporter.collectors.metricFamilySamples())
            : rejection,
        null);
  }

  @Override
  public void close() {
    stop(0);
  }
}
