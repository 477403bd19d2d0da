package dev.millrace.cli.cluster;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.ChildProcess;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.run.SnapshotCheck;
import dev.millrace.cli.run.Snapshots;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain;

/**
 * A Flink cluster of separate processes on this machine, for one pipeline, on the class path of
 * this process. Not thread-safe.
 *
 * <p>It does what the shell scripts of a Flink installation do: the memory of each process and its
 * JVM flags come from Flink's configuration.
 */
final class LocalCluster implements AutoCloseable {
  // Ctrl-C on a terminal reaches all processes at once; these ignore it and wait for SIGTERM.
  private static final List<String> IGNORE_TERMINAL_SIGNALS =
      List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

  private final ClusterSpec spec;
  private final ClusterFiles files;
  private final Map<String, String> options;
  private final Configuration configuration;
  // Snapshots of earlier starts.
  private final Set<Path> older;
  private final boolean dropsCommandState;
  private final List<ClusterMember> members = new ArrayList<>();

  private LocalCluster(ClusterSpec spec, ClusterFiles files, Map<String, String> options) {
    this.spec = spec;
    this.files = files;
    this.options = options;
    this.older = Set.copyOf(Snapshots.newestFirst(spec.stateDir()));
    this.dropsCommandState =
        spec.from()
            .filter(
                from -> new SnapshotCheck(spec.stateDir(), from).leavesCommands(spec.settings()))
            .isPresent();
    this.configuration = Configuration.fromMap(options);
  }

  /** Starts all processes without waiting until they are connected. */
  static LocalCluster start(ClusterSpec spec) {
    ClusterFiles files = ClusterFiles.in(spec.stateDir());
    LocalCluster cluster = null;
    try {
      files.prepare();
      ClusterCertificate.create(files.tls());
      List<Integer> ports = Ports.free(2);
      Map<String, String> options = ClusterConfig.options(spec, files, ports.get(0), ports.get(1));
      ClusterConfig.write(options, files.flinkConfiguration());
      cluster = new LocalCluster(spec, files, options);
      cluster.startMembers(ports.get(1));
      files.writeAddress(cluster.address());
      return cluster;
    } catch (IOException | RuntimeException e) {
      try {
        if (cluster != null) {
          cluster.close();
        } else {
          files.cleanUp();
        }
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      throw e instanceof RuntimeException error
          ? error
          : new CliError(files.root() + " cannot be written: " + OutputFile.obstacle(e), e);
    }
  }

  private void startMembers(int zooKeeperPort) throws IOException {
    if (spec.ha()) {
      Path file = files.zooKeeperConfiguration();
      ClusterConfig.writeZooKeeper(files, zooKeeperPort, file);
      ClusterConfig.writeSystemProperties(files);
      add("ZooKeeper", () -> zooKeeper(file));
    }
    add("job manager", this::jobManager);
    for (int i = 1; i <= spec.taskManagers(); i++) {
      int number = i;
      add("task manager " + number, () -> taskManager(number));
    }
  }

  private void add(String name, Supplier<List<String>> command) {
    String file = fileName(name);
    members.add(new ClusterMember(name, log(name), files.logs().resolve(file + ".out"), command));
  }

  List<ClusterMember> members() {
    return List.copyOf(members);
  }

  Path logs() {
    return files.logs();
  }

  URI address() {
    return URI.create((spec.webUi() ? "http://" : "https://") + Ports.HOST + ":" + spec.port());
  }

  /** Returns the REST interface of the job manager. */
  FlinkRest rest() {
    return FlinkRest.of(files, FlinkRest.MAX_SECONDS).orElseThrow();
  }

  /**
   * Restarts processes that have died.
   *
   * @param report takes one line for each
   * @throws CliError if a process does not stay alive
   */
  void restartDead(Consumer<String> report) {
    for (ClusterMember member : members) {
      if (!member.isAlive()) {
        report.accept(member.startAgain());
      }
    }
  }

  @Override
  public void close() {
    members.forEach(ClusterMember::terminate);
    members.forEach(ClusterMember::awaitEnd);
    files.cleanUp();
  }

  private List<String> zooKeeper(Path file) {
    List<String> command = java("ZooKeeper", "", "-Xmx128m -XX:+UseSerialGC");
    command.addAll(List.of(ZooKeeperServerMain.class.getName(), file.toString()));
    return command;
  }

  private List<String> jobManager() {
    JobManagerProcessSpec memory =
        memorySpec(() -> JobManagerProcessUtils.processSpecFromConfig(configuration));
    List<String> command =
        java(
            "job manager",
            "env.java.opts.jobmanager",
            JobManagerProcessUtils.generateJvmParametersStr(memory, configuration));
    command.add(StandaloneApplicationClusterEntryPoint.class.getName());
    command.addAll(List.of("--configDir", files.conf().toString()));
    command.addAll(words(JobManagerProcessUtils.generateDynamicConfigsStr(memory)));
    command.addAll(List.of("-D", "web.log.path=" + log("job manager")));
    command.addAll(List.of("--job-classname", MillraceJob.class.getName()));
    newestState().ifPresent(path -> command.addAll(List.of("--fromSavepoint", path.toString())));
    if (dropsCommandState) {
      command.add("--allowNonRestoredState");
    }
    // Without the dashes Flink takes -c for its own --configDir.
    command.addAll(List.of("--", "-c", spec.pipelineFile().toAbsolutePath().toString()));
    return command;
  }

  // Without ZooKeeper, a restarted job manager continues from its predecessor's newest snapshot.
  // With ZooKeeper, its entries take precedence.
  private Optional<Path> newestState() {
    return Snapshots.newestBut(spec.stateDir(), older).or(spec::from);
  }

  private List<String> taskManager(int number) {
    String name = "task manager " + number;
    TaskExecutorProcessSpec memory =
        memorySpec(() -> TaskExecutorProcessUtils.processSpecFromConfig(configuration));
    List<String> command =
        java(
            name, "env.java.opts.taskmanager", ProcessMemoryUtils.generateJvmParametersStr(memory));
    command.add(TaskManagerRunner.class.getName());
    command.addAll(List.of("--configDir", files.conf().toString()));
    command.addAll(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory)));
    command.addAll(List.of("-D", "taskmanager.log.path=" + log(name)));
    return command;
  }

  private static <T> T memorySpec(Supplier<T> memory) {
    try {
      return memory.get();
    } catch (IllegalConfigurationException e) {
      throw CliError.usage(
          "The options for memory do not fit together. "
              + e.getMessage()
              + " The defaults are -D taskmanager.memory.process.size=2gb and"
              + " -D jobmanager.memory.process.size=1gb.");
    }
  }

  /** A Java command up to the main class that {@link ChildProcess} runs. */
  private List<String> java(String name, String flagsOption, String memory) {
    List<String> command = new ArrayList<>(IGNORE_TERMINAL_SIGNALS);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(words(memory));
    command.addAll(words(options.getOrDefault("env.java.opts.all", "")));
    command.addAll(words(options.getOrDefault(flagsOption, "")));
    command.addAll(flagsOfNewerReleases());
    command.add("-Djava.io.tmpdir=" + files.temporary());
    if (spec.ha()) {
      command.add("-D" + ChildProcess.PROPERTIES + "=" + files.systemProperties());
    }
    command.add("-Dlog4j2.configurationFile=log4j2-cli.properties");
    command.add("-Dmillrace.logs=" + files.logs());
    command.add("-Dmillrace.log.name=" + fileName(name));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ChildProcess.class.getName());
    return command;
  }

  // Flags by the launcher without which a newer JDK warns.
  private static List<String> flagsOfNewerReleases() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            flag ->
                flag.startsWith("--enable-native-access") || flag.startsWith("--sun-misc-unsafe"))
        .toList();
  }

  /**
   * The log of a process, which Flink's page shows. Flink's scripts name it by the system property
   * {@code log.file}; then RocksDB's own logs are next to it under names that hold the whole path
   * of their data, and may be too long for a file system: no state can be restored.
   */
  private Path log(String name) {
    return files.logs().resolve(fileName(name) + ".log");
  }

  private static String fileName(String name) {
    return name.replace(' ', '-').toLowerCase(Locale.ROOT);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : Arrays.asList(text.strip().split("\\s+"));
  }
}
