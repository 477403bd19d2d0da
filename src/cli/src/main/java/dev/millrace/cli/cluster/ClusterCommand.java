package dev.millrace.cli.cluster;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.Banner;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.BrokerWatch;
import dev.millrace.cli.kafka.TopicIds;
import dev.millrace.cli.run.FlinkConfiguration;
import dev.millrace.cli.run.LeaseCheck;
import dev.millrace.cli.run.SharedTopicCheck;
import dev.millrace.cli.run.StartOptions;
import dev.millrace.cli.run.StateLock;
import dev.millrace.cli.run.StateOptions;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a pipeline's job on a Flink cluster of separate processes. */
@Command(
    name = "cluster",
    description = {
      "Runs the job of a pipeline on a Flink cluster of separate processes on this machine.",
      "Processes that die are restarted. Ctrl-C stops the job with a savepoint, and all",
      "processes; the next cluster or run continues from there."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace cluster -c fraud.yaml --taskmanagers 2",
      "  ./millrace rescale -c fraud.yaml --parallelism 1",
      "  ./millrace stop -c fraud.yaml --savepoint"
    })
public final class ClusterCommand implements Callable<Integer> {
  // Options of Flink with an option or setting of their own, which -D would contradict.
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "rest.port", "--port",
          "parallelism.default", "--parallelism",
          "taskmanager.numberOfTaskSlots", "--slots",
          "execution.checkpointing.dir", "--state-dir",
          "execution.checkpointing.savepoint-dir", "--state-dir",
          "execution.checkpointing.interval", "state.checkpoint-interval in the pipeline file",
          "state.backend.type", "state.backend in the pipeline file");
  // Options of Flink with which the command protects and finds its processes.
  private static final List<String> OWN =
      List.of(
          "security.ssl.",
          "rest.address",
          "rest.bind-",
          "jobmanager.rpc.",
          "jobmanager.bind-host",
          "taskmanager.host",
          "taskmanager.bind-host",
          "high-availability",
          "zookeeper.",
          MillraceJob.LEASE_HOLDER.key());
  private static final String KEY_GROUPS = "pipeline.max-parallelism";
  // Flink's own maximum.
  private static final int MAX_KEY_GROUPS = 32_768;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "Pipeline file.")
  private Path config;

  @Option(
      names = "--taskmanagers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of task managers (default: ${DEFAULT-VALUE}).")
  private int taskManagers;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "1",
      description = "Slots of each task manager (default: ${DEFAULT-VALUE}).")
  private int slots;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description = "Subtasks of each operator (default: as many as there are slots).")
  private Integer parallelism;

  @Option(
      names = "--ha",
      description =
          "Adds ZooKeeper: a new job manager takes over from one that dies, as in production.")
  private boolean ha;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8081",
      description =
          "Port of Flink's REST interface on 127.0.0.1, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--web-ui",
      description =
          "Opens Flink's web UI on that port to every user and every web page of this machine:"
              + " they can stop the job. Otherwise only commands of this user reach it, by"
              + " mutual TLS.")
  private boolean webUi;

  @Mixin private StateOptions state;

  @ArgGroup private StartOptions start = new StartOptions();

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description =
          "Option of Flink, such as -D taskmanager.memory.process.size=4gb; wins over"
              + " flink-conf/config.yaml.")
  private Map<String, String> options = new TreeMap<>();

  @Option(
      names = "--prometheus",
      description =
          "Each process exposes its metrics to Prometheus on a port of 9249 to 9260, on all"
              + " addresses of this machine.")
  private boolean prometheus;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec private CommandSpec spec;

  @Override
  @SuppressWarnings("try") // the lock is held, not used
  public Integer call() throws InterruptedException {
    requireUsage();
    state.check();
    Settings settings = PipelineFile.read(config);
    if (prometheus) {
      ClusterConfig.reporter().forEach(options::putIfAbsent);
    }
    Path dir = state.of(settings, config);
    start.check(dir, settings);
    int webPort = webPort();
    BrokerCheck.requireTopics(
        settings, Duration.ofSeconds(timeoutSeconds), config, spec.commandLine().getErr()::println);
    SharedTopicCheck.line(settings).ifPresent(spec.commandLine().getErr()::println);
    try (StopSignal stop = new StopSignal();
        StateLock lock = StateLock.acquire(dir, settings.pipeline())) {
      if (!LeaseCheck.requireFree(settings, dir, stop, spec.commandLine().getErr()::println)) {
        return 0;
      }
      // Not before the lock: its last owner may have left a newer one.
      return run(
          new ClusterSpec(
              config,
              settings,
              taskManagers,
              slots,
              parallelism,
              ha,
              webPort,
              webUi,
              dir,
              start.from(dir, settings),
              options),
          stop);
    }
  }

  @SuppressWarnings("try") // the brokers are watched
  private int run(ClusterSpec wanted, StopSignal stop) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    String place = state.tidied(wanted.stateDir(), wanted.from());
    String models = StartOptions.describe(wanted.from(), wanted.settings());
    TopicIds topics = TopicIds.of(wanted.settings(), wanted.stateDir());
    if (wanted.from().isPresent()) {
      topics.reportRecreated(err::println);
    }
    try (LocalCluster cluster = LocalCluster.start(wanted)) {
      start.started(wanted.stateDir());
      topics.save();
      describe(cluster, place, models);
      try (BrokerWatch watch = BrokerWatch.start(wanted.settings(), config, err)) {
        return new ClusterWatch(cluster, wanted, stop, out, err).untilTheJobEnds();
      }
    } finally {
      LeaseCheck.release(LeaseCheck.of(wanted.settings(), wanted.stateDir()));
    }
  }

  private void requireUsage() {
    requirePositive("--taskmanagers", taskManagers);
    requirePositive("--slots", slots);
    requirePositive("--timeout", timeoutSeconds);
    Ports.require(spec, port);
    for (String key : options.keySet()) {
      if (ELSEWHERE.containsKey(key)) {
        throw usage("-D " + key + " is not for Flink alone. Use " + ELSEWHERE.get(key));
      }
      if (OWN.stream().anyMatch(key::startsWith)) {
        throw usage(
            "-D " + key + " is not for Flink alone. The command sets it for processes on loopback");
      }
    }
    long all = (long) taskManagers * slots;
    String given = "--taskmanagers %d with --slots %d".formatted(taskManagers, slots);
    require(
        all <= MAX_KEY_GROUPS,
        "%s have %d slots; %d are allowed".formatted(given, all, MAX_KEY_GROUPS));
    int max = maxSubtasks();
    if (parallelism == null) {
      require(
          all <= max,
          ("%s have %d slots; a job has at most %d subtasks. Use fewer, or give --parallelism %d as"
                  + " well")
              .formatted(given, all, max, max));
      parallelism = (int) all;
    }
    require(
        parallelism >= 1 && parallelism <= max,
        "--parallelism must be between 1 and %d, but was %d".formatted(max, parallelism));
    require(
        parallelism <= all,
        "--parallelism %d needs as many slots, but %s have %d".formatted(parallelism, given, all));
  }

  /** Returns the maximum number of subtasks; with more of them Flink fails the job at its start. */
  private int maxSubtasks() {
    String given = options.get(KEY_GROUPS);
    if (given == null) {
      return FlinkConfiguration.maxSubtasks();
    }
    int most = given.matches("\\d{1,9}") ? Integer.parseInt(given) : 0;
    if (most < 1 || most > MAX_KEY_GROUPS) {
      throw usage(
          "-D %s must be between 1 and %d, but was %s"
              .formatted(KEY_GROUPS, MAX_KEY_GROUPS, given));
    }
    return most;
  }

  private void requirePositive(String option, int value) {
    require(value >= 1, option + " must be at least 1, but was " + value);
  }

  private void require(boolean valid, String message) {
    if (!valid) {
      throw usage(message);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Returns the given port if it is free; any free port for 0. */
  private int webPort() {
    if (port == 0) {
      return Ports.free();
    }
    try (ServerSocketChannel channel = Ports.bind(port)) {
      return channel.socket().getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void describe(LocalCluster cluster, String place, String models) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Banner.line("in processes of their own"));
    for (ClusterMember member : cluster.members()) {
      out.printf("Process   %s, pid %d%n", member.name(), member.pid());
    }
    out.printf(
        "Web       %s%n", webUi ? cluster.address() : "closed (--web-ui opens Flink's web UI)");
    out.printf("Logs      %s%n", cluster.logs());
    out.printf("State     %s%n", place);
    out.printf("Models    %s%n", models);
  }
}
