package dev.millrace.cli.run;

import dev.millrace.cli.console.Banner;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.BrokerWatch;
import dev.millrace.cli.kafka.TopicIds;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.input.RegistrySpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a pipeline's job against its brokers. */
@Command(
    name = "run",
    description = {
      "Runs the job of a pipeline on Flink in this process.",
      "Ctrl-C stops it with a savepoint; the next run continues from there."
    },
    footer = {"", "Example:", "  ./millrace run -c fraud.yaml"})
public final class RunCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 500;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "Pipeline file.")
  private Path config;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "1",
      description = "Subtasks of each operator (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  @Mixin private StateOptions state;

  @ArgGroup private StartOptions start = new StartOptions();

  @Option(
      names = "--prometheus",
      arity = "0..1",
      paramLabel = "PORT",
      fallbackValue = "9249",
      description =
          "Answers Prometheus on this port of 127.0.0.1, 0 for any (without PORT:"
              + " ${FALLBACK-VALUE}).")
  private @Nullable Integer prometheus;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec private CommandSpec spec;

  @Override
  @SuppressWarnings("try") // the lock is held and the brokers are watched, neither is used
  public Integer call() throws InterruptedException {
    requireUsage();
    state.check();
    Settings settings = PipelineFile.read(config);
    Path dir = state.of(settings, config);
    start.check(dir, settings);
    BrokerCheck.requireTopics(
        settings, Duration.ofSeconds(timeoutSeconds), config, spec.commandLine().getErr()::println);
    SharedTopicCheck.line(settings).ifPresent(spec.commandLine().getErr()::println);
    try (StopSignal stop = new StopSignal();
        FlinkMetrics metrics = prometheus == null ? null : FlinkMetrics.start(prometheus);
        StateLock lock = StateLock.acquire(dir, settings.pipeline())) {
      if (!LeaseCheck.requireFree(settings, dir, stop, spec.commandLine().getErr()::println)) {
        return 0;
      }
      // Not before the lock: its last owner may have left a newer one.
      Optional<Path> from = start.from(dir, settings);
      String place = state.tidied(dir, from);
      String models = StartOptions.describe(from, settings);
      TopicIds topics = TopicIds.of(settings, dir);
      if (from.isPresent()) {
        topics.reportRecreated(spec.commandLine().getErr()::println);
      }
      LocalJob job = LocalJob.start(settings, parallelism, dir, from.orElse(null), false, metrics);
      start.started(dir);
      topics.save();
      describe(settings, place, models, metrics);
      try (BrokerWatch watch = BrokerWatch.start(settings, config, spec.commandLine().getErr())) {
        MemoryWatch memory = MemoryWatch.ofThisJvm(settings.state().backend());
        return supervise(job, dir, stop, memory);
      }
    }
  }

  private void requireUsage() {
    int maxParallelism = FlinkConfiguration.maxSubtasks();
    if (parallelism < 1 || parallelism > maxParallelism) {
      throw new ParameterException(
          spec.commandLine(),
          "--parallelism must be between 1 and %d, but was %d"
              .formatted(maxParallelism, parallelism));
    }
    if (timeoutSeconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout must be at least 1, but was " + timeoutSeconds);
    }
    if (prometheus != null) {
      Ports.require(spec, "--prometheus", prometheus);
    }
  }

  private void describe(
      Settings settings, String place, String models, @Nullable FlinkMetrics metrics) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Banner.line());
    out.printf(
        "Reads     %s on %s%n",
        String.join(", ", settings.input().topics()), settings.kafka().get("bootstrap.servers"));
    RegistrySpec registry = settings.input().spec().registry();
    if (registry != null) {
      out.printf("Schemas   from %s; records wait while it does not answer%n", registry.url());
    }
    Settings.Output output = settings.output();
    out.printf(
        "Writes    %s, %s%s, %s, %s%s%n",
        output.metrics(),
        output.publish().predictions() ? output.predictions() + ", " : "",
        output.events(),
        output.deadLetters(),
        output.models(),
        output.publish().summary() ? ", " + output.summary() : "");
    out.printf("State     %s%n", place);
    out.printf("Models    %s%n", models);
    if (metrics != null) {
      out.printf("Metrics   %s/metrics%n", metrics.address());
    }
    out.printf("Watch     ./millrace watch -c %s   (Ctrl-C stops the job)%n", config);
  }

  private int supervise(LocalJob job, Path dir, StopSignal stop, MemoryWatch memory)
      throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    String log = "" + LogFile.file();
    RecordsWatch records = new RecordsWatch(config, log, err);
    CheckpointWatch checkpoints = new CheckpointWatch(dir, log, err);
    RestartWatch restarts = new RestartWatch(job, log, err);
    while (!stop.await(LOOK_MILLIS)) {
      // Throws with the cause. The job's state is unknown once its cluster has ended.
      if (job.awaitEnd(Duration.ZERO)) {
        return 0;
      }
      memory.look().ifPresent(err::println);
      records.look(job);
      checkpoints.look(job, job.id().toString());
      restarts.look();
    }
    Optional<String> savepoint = job.stop(reason -> err.println("No savepoint: " + reason));
    spec.commandLine().getOut().println(new RestoreMarker(dir).stopped(savepoint));
    return 0;
  }
}
