package dev.millrace.cli.serve;

import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.http.ListenOptions;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.models.ModelsOptions;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.config.Settings;
import dev.millrace.serving.ModelTopicReader;
import dev.millrace.serving.ModelsFollower;
import dev.millrace.serving.ServedModels;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Answers predictions over HTTP. */
@Command(
    name = "serve",
    description = {
      "Answers predictions over HTTP with the newest model of each key. Ctrl-C stops it.",
      "Needs a pipeline file (-c), which describes the features and the models."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace serve -c fraud.yaml",
      "  curl -H 'Content-Type: application/json' http://127.0.0.1:8099/v1/predict \\",
      "    -d '{\"key\": \"shop-17\", \"features\": {\"amount\": 12.5, \"country\": \"no\"}}'"
    })
public final class ServeCommand implements Callable<Integer> {
  private static final int SHARE_OF_HEAP = 4;

  @Mixin private ModelsOptions.OfPipeline models;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8099",
      description = "Port to listen on, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Mixin private ListenOptions listen;

  @Option(
      names = "--cache-bytes",
      paramLabel = "N",
      description = "Memory of the models in use (default: a quarter of the heap).")
  private @Nullable Long cacheBytes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "8",
      description = "Predictions computed at the same time (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = models.predicting();
    checkOptions();
    HttpToken required = listen.token();
    String topic = models.requireTopic();
    models.reportThreshold(settings);
    long bytes = cacheBytes == null ? Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP : cacheBytes;
    try (StopSignal stop = new StopSignal();
        ModelTopicReader reader = new ModelTopicReader(settings.kafka(), topic)) {
      ServedModels served = new ServedModels(settings, reader, bytes);
      try (ModelsFollower follower =
              new ModelsFollower(
                  settings.kafka(),
                  topic,
                  settings.state().spec().stateBytes(),
                  served::accept,
                  this::notice);
          SummaryView summary = new SummaryView(settings, this::notice);
          ServeServer server = open(settings, required, served, summary, follower)) {
        stop.onStop(follower::close);
        summary.start();
        server.start();
        spec.commandLine()
            .getOut()
            .printf("Serving   %s over topic %s (Ctrl-C stops)%n", server.address(), topic);
        BrokerCheck.follow(follower, topic);
      }
    }
    return 0;
  }

  private void checkOptions() {
    Ports.require(spec, port);
    if (threads < 1 || threads > 1_000) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be between 1 and 1000, but was " + threads);
    }
    if (cacheBytes != null && cacheBytes < 0) {
      throw new ParameterException(
          spec.commandLine(), "--cache-bytes must not be negative, but was " + cacheBytes);
    }
  }

  private ServeServer open(
      Settings settings,
      HttpToken required,
      ServedModels served,
      SummaryView summary,
      ModelsFollower follower) {
    ServeMetrics metrics = new ServeMetrics();
    ServeApi api =
        new ServeApi(
            settings.input().spec(),
            served,
            summary,
            () ->
                new ServeStatus(
                    follower.isReady(),
                    follower.absence() == null,
                    follower.remaining(),
                    follower.dropped(),
                    follower.incomplete()),
            settings.output().publish().reasons() > 0,
            threads,
            metrics);
    return new ServeServer(listen.host(), port, threads, required, api, metrics);
  }

  private void notice(String text) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(text);
  }
}
