package dev.millrace.cli.cluster;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.run.FlinkConfiguration;
import dev.millrace.testing.MillraceProcess;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;

/**
 * A Flink installation as a user has one: a cluster of two processes and the {@code flink} command,
 * with flink-conf/config.yaml, and without Millrace on its class path.
 */
final class FlinkInstallation implements AutoCloseable {
  private static final Pattern OF_THE_JOB = Pattern.compile("millrace|kafka|avro|picocli|onnx");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path dir;
  private final Path conf;
  private final String classPath;
  private final Map<String, String> options;
  private final List<Integer> metricsPorts;
  private final List<MillraceProcess> processes = new ArrayList<>();

  private FlinkInstallation(Path dir) throws IOException {
    this.dir = dir;
    this.classPath = flinkAlone();
    conf = Files.createDirectories(dir.resolve("conf"));
    List<Integer> ports = Ports.free(4);
    metricsPorts = ports.subList(2, 4);
    options = options(ports);
    ClusterConfig.write(options, conf.resolve("config.yaml"));
  }

  /** Starts a session cluster, and does not wait for its processes to find each other. */
  static FlinkInstallation session(Path dir) throws IOException {
    FlinkInstallation flink = new FlinkInstallation(dir);
    flink.startProcesses(StandaloneSessionClusterEntrypoint.class, List.of());
    return flink;
  }

  /**
   * Does what {@code standalone-job.sh start} and {@code taskmanager.sh start} do.
   *
   * @param jar for the folder {@code usrlib}
   * @param arguments of {@code standalone-job.sh start}
   */
  static FlinkInstallation standaloneJob(Path dir, Path jar, List<String> arguments)
      throws IOException {
    FlinkInstallation flink = new FlinkInstallation(dir);
    Path userLibraries = Files.createDirectories(dir.resolve("usrlib"));
    Files.createSymbolicLink(userLibraries.resolve(jar.getFileName()), jar.toAbsolutePath());
    flink.startProcesses(StandaloneApplicationClusterEntryPoint.class, arguments);
    return flink;
  }

  private void startProcesses(Class<?> jobManager, List<String> arguments) throws IOException {
    Configuration configuration = Configuration.fromMap(options);
    start(
        "job-manager",
        jobManager,
        JobManagerProcessUtils.generateDynamicConfigsStr(
            JobManagerProcessUtils.processSpecFromConfig(configuration)),
        arguments);
    start(
        "task-manager",
        TaskManagerRunner.class,
        TaskExecutorProcessUtils.generateDynamicConfigsStr(
            TaskExecutorProcessUtils.processSpecFromConfig(configuration)),
        List.of());
  }

  /** The tests' libraries without those that only a job jar has, and without the project itself. */
  private static String flinkAlone() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar"))
        .filter(entry -> !OF_THE_JOB.matcher(Path.of(entry).getFileName().toString()).find())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Map<String, String> options(List<Integer> ports) {
    Map<String, String> options = FlinkConfiguration.file();
    options.put("rest.address", Ports.HOST);
    options.put("rest.port", ports.get(0).toString());
    options.put("jobmanager.rpc.address", Ports.HOST);
    options.put("jobmanager.rpc.port", ports.get(1).toString());
    options.put("taskmanager.host", Ports.HOST);
    options.put("taskmanager.memory.process.size", "1 gb");
    options.put("metrics.reporter.prom.port", ports.get(2) + "," + ports.get(3));
    options.put("execution.checkpointing.dir", dir.resolve("checkpoints").toUri().toString());
    // The next job of a pipeline does not wait until the lease of the former one expires.
    options.put(MillraceJob.LEASE_HOLDER.key(), "installation");
    options.put("io.tmp.dirs", dir.resolve("tmp").toString());
    return options;
  }

  private void start(String name, Class<?> main, String memory, List<String> more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--configDir", conf.toString()));
    arguments.addAll(Arrays.asList(memory.strip().split("\\s+")));
    arguments.addAll(more);
    processes.add(process(name, main, arguments));
  }

  private MillraceProcess process(String name, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> flags = new ArrayList<>();
    // As in an installation: the cluster logs as in the image, the command to a file alone.
    flags.add(
        "-Dlog4j2.configurationFile="
            + (main == CliFrontend.class
                ? "src/cli/src/main/resources/log4j2-cli.properties"
                : "flink-conf/log4j-console.properties"));
    flags.add("-Dlog.file=" + dir.resolve(name + ".log"));
    String all = FlinkConfiguration.file().get("env.java.opts.all");
    flags.addAll(Arrays.asList(all.strip().split("\\s+")));
    return MillraceProcess.start(
        dir,
        name,
        classPath,
        main.getName(),
        flags,
        arguments,
        Map.of(
            "FLINK_CONF_DIR", conf.toString(),
            "FLINK_LIB_DIR", dir.resolve("lib").toString(), // whose neighbour is usrlib
            "MILLRACE_LOG_FORMAT", "json"));
  }

  /** Runs the {@code flink} command to its end; returns what it printed. */
  String flink(List<String> arguments) throws IOException, InterruptedException {
    try (MillraceProcess flink = process("flink", CliFrontend.class, arguments)) {
      int exit = flink.awaitEnd();
      if (exit != 0) {
        throw new AssertionError("flink " + arguments + ": " + exit + flink.out() + flink.err());
      }
      return flink.out();
    }
  }

  /** Where Prometheus finds the processes, {@code HOST:PORT} each. */
  List<String> metricsAddresses() {
    return metricsPorts.stream().map(port -> Ports.HOST + ":" + port).toList();
  }

  /**
   * What all processes tell Prometheus now; the empty string if one does not yet.
   *
   * @throws IllegalStateException if a process has ended
   */
  String scrape() throws InterruptedException {
    requireAlive();
    StringBuilder all = new StringBuilder();
    for (String address : metricsAddresses()) {
      try {
        URI uri = URI.create("http://" + address + "/metrics");
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        all.append(http.send(request, BodyHandlers.ofString()).body());
      } catch (IOException e) {
        return "";
      }
    }
    return all.toString();
  }

  private void requireAlive() {
    if (!processes.stream().allMatch(MillraceProcess::isAlive)) {
      throw new IllegalStateException(output());
    }
  }

  /** What the processes have logged, a JSON object a line. */
  String output() {
    StringBuilder all = new StringBuilder();
    processes.forEach(process -> all.append(process.out()).append(process.err()));
    return all.toString();
  }

  @Override
  public void close() {
    processes.forEach(MillraceProcess::close);
  }
}
