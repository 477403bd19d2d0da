package dev.millrace.cli.dashboard;

import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.http.ListenOptions;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.cli.watch.MetricsTopicOption;
import dev.millrace.kafka.TopicFollower;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the web page over the metrics topic. */
@Command(
    name = "dashboard",
    description = "Serves a live web page over the metrics topic. Ctrl-C stops it.",
    footer = {"", "Example:", "  ./millrace dashboard -c fraud.yaml --port 8090"})
public final class DashboardCommand implements Callable<Integer> {
  @Mixin private PipelineBrokerOptions kafka;

  @Mixin private MetricsTopicOption topic;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8090",
      description = "Port of the page, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Mixin private ListenOptions listen;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Ports.require(spec, port);
    HttpToken required = listen.token();
    String followed = topic.of(kafka);
    kafka.requireTopic(followed);
    PrintWriter out = spec.commandLine().getOut();
    try (StopSignal stop = new StopSignal();
        DashboardServer page =
            new DashboardServer(listen.host(), port, required, System::nanoTime);
        TopicFollower follower =
            new TopicFollower(
                kafka.kafka(),
                followed,
                TopicFollower.values(page::publish),
                (absent, text) -> {
                  spec.commandLine().getErr().println(text);
                  page.trouble(absent ? text : "");
                });
        DashboardFeed feed = feed(page)) {
      if (kafka.settings() != null) {
        page.showOnly(kafka.settings().pipeline());
      }
      stop.onStop(follower::close);
      page.start();
      feed.start();
      out.printf("Dashboard %s over topic %s (Ctrl-C stops)%n", page.address(), followed);
      BrokerCheck.follow(follower, followed);
    }
    return 0;
  }

  private DashboardFeed feed(DashboardServer page) {
    return kafka.settings() == null
        ? new DashboardFeed(kafka.kafka(), topic.pipeline(kafka), page)
        : new DashboardFeed(kafka.settings(), page);
  }
}
