package dev.millrace.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Banner;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.dashboard.DashboardFeed;
import dev.millrace.cli.dashboard.DashboardServer;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.cli.evaluate.SummaryTable;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.produce.CsvProducer;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.cli.topics.TopicPlan;
import dev.millrace.cli.topics.TopicsCommand;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.cli.watch.MetricsTable;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.TopicFollower;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs broker, job and dashboard in one process on a real data set. */
@Command(
    name = "demo",
    description = {
      "Replays a real data set through a Kafka broker and the Flink job in one process.",
      "A table and a web page show the metrics. Ctrl-C stops it."
    },
    footer = {"", "Example:", "  ./millrace demo --dataset letters"})
public final class DemoCommand implements Callable<Integer> {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);
  private static final int TABLE_ROWS = 40;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "storms",
      description = "storms, letters or hotel-rates (default: ${DEFAULT-VALUE}).")
  private DemoDataset dataset;

  @Option(names = "--once", description = "Runs at full speed and stops at the end of the data.")
  private boolean once;

  @Option(names = "--headless", description = "Runs without the dashboard.")
  private boolean headless;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8090",
      description = "Port of the dashboard, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Records per second without --once (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--verbose",
      description = "Adds weight and loss of each member of model: auto at the end.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  private final FinalMetrics metrics = new FinalMetrics(null);
  private @Nullable DashboardServer dashboard;
  private long nextRow;

  @Override
  public Integer call() throws Exception {
    Ports.require(spec, port);
    if (!(rate > 0)) {
      throw new ParameterException(spec.commandLine(), "--rate must be above 0, but was " + rate);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Banner.line());
    try (StopSignal stop = new StopSignal()) {
      Path directory = TemporaryDirectories.create("millrace-demo-");
      try {
        show(directory, stop);
      } finally {
        TemporaryDirectories.delete(directory);
      }
    }
    return 0;
  }

  private void show(Path directory, StopSignal stop) throws Exception {
    CsvScan scan = dataset.unpack(directory);
    spec.commandLine()
        .getOut()
        .printf("Data      %s: %,d %s%n", dataset.id(), scan.rows(), dataset.description());
    if (!headless) {
      dashboard = new DashboardServer(Ports.HOST, port);
      dashboard.start();
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, directory.resolve("broker"))) {
      Settings settings = settings(scan, kafka.bootstrapServers());
      describe(settings, kafka.bootstrapServers());
      try (DashboardFeed feed = feed(settings)) {
        if (feed != null) {
          feed.start();
        }
        play(settings, scan, directory, stop);
      }
    } finally {
      if (dashboard != null) {
        dashboard.close();
      }
    }
  }

  private @Nullable DashboardFeed feed(Settings settings) {
    return dashboard == null ? null : new DashboardFeed(settings, dashboard);
  }

  private Settings settings(CsvScan scan, String bootstrapServers) {
    String yaml =
        """
        pipeline: %s
        kafka: { bootstrap.servers: "%s" }
        input: { label: %s, start: earliest }
        metrics: { window: 500, every: 100 }
        """
            .formatted(dataset.id(), bootstrapServers, scan.header().get(scan.labelColumn()));
    return PipelineFile.parse("demo", yaml, Path.of(""));
  }

  private void describe(Settings settings, String bootstrapServers) {
    PrintWriter out = spec.commandLine().getOut();
    if (dashboard != null) {
      out.printf("Dashboard %s%n", dashboard.address());
    }
    out.printf(
        "Metrics   topic %s on %s%s%n%n",
        settings.output().metrics(), bootstrapServers, once ? "" : "   (Ctrl-C stops)");
  }

  private void play(Settings settings, CsvScan scan, Path directory, StopSignal stop)
      throws InterruptedException {
    TopicsCommand.create(
        settings, TopicPlan.of(settings).stream().map(plan -> plan.withPartitions(1)).toList());
    MetricsTable table = new MetricsTable();
    long interval = Math.max(1, scan.rows() / TABLE_ROWS);
    Progress progress = new Progress("demo", scan.rows());
    TopicFollower follower =
        new TopicFollower(
            settings.kafka(),
            settings.output().metrics(),
            TopicFollower.values(json -> show(json, table, interval, progress)),
            (absent, text) -> notice(text));
    Thread following = new Thread(follower, "millrace-demo-metrics");
    following.setDaemon(true);
    nextRow = interval;
    following.start();
    if (once) {
      replay(settings, scan, Double.POSITIVE_INFINITY, stop);
    }
    LocalJob job = LocalJob.start(settings, 1, directory.resolve("state"), null, once);
    if (!once) {
      replay(settings, scan, rate, stop);
    }
    awaitLearned(scan.rows(), job, stop);
    follower.close();
    following.join();
    progress.close();
    if (!stop.isRequested()) {
      finish(settings, stop);
    }
    if (!once) {
      job.cancel();
    }
  }

  private void replay(Settings settings, CsvScan scan, double perSecond, StopSignal stop)
      throws InterruptedException {
    long startMillis = CsvExamples.startMillis(scan.rows(), perSecond);
    try (CsvExamples examples = new CsvExamples(scan, startMillis, 1).paced(perSecond);
        CsvProducer producer = new CsvProducer(settings.kafka(), settings.input().topic())) {
      producer.send(examples, null, scan.rows(), perSecond, stop, Progress.hidden());
    }
  }

  private void awaitLearned(long rows, LocalJob job, StopSignal stop) throws InterruptedException {
    boolean ended = false;
    while (!stop.isRequested() && learned() < rows) {
      if (once && !ended) {
        ended = job.awaitEnd(POLL_INTERVAL);
      } else {
        stop.await(POLL_INTERVAL.toMillis());
      }
    }
  }

  private synchronized long learned() {
    return metrics.examples();
  }

  private void finish(Settings settings, StopSignal stop) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    SummaryTable.lines(metrics, verbose).forEach(out::println);
    out.printf(
        "%nAll %,d records were learned; rejected records would be in %s.%n",
        metrics.examples(), settings.output().deadLetters());
    out.println("Next:  ./millrace demo --dataset letters");
    out.println("       ./millrace evaluate --input YOUR.csv --label COLUMN");
    out.println("       ./millrace broker --port 9092   (then topics create, produce, run, watch)");
    if (!once) {
      String where = dashboard == null ? "" : "; the dashboard stays at " + dashboard.address();
      out.printf("%nEnd of the data%s. Ctrl-C stops.%n", where);
      stop.await();
    }
  }

  private synchronized void show(
      String json, MetricsTable table, long interval, Progress progress) {
    JsonNode record = MetricsRecords.parse(json).orElseThrow();
    metrics.accept(record);
    progress.stepTo(metrics.examples());
    if (metrics.examples() >= nextRow) {
      nextRow = metrics.examples() + interval;
      List<String> lines = table.lines(record);
      progress.above(() -> lines.forEach(spec.commandLine().getOut()::println));
    }
    if (dashboard != null) {
      dashboard.publish(json);
    }
  }

  private void notice(String text) {
    spec.commandLine().getErr().println(text);
  }
}
