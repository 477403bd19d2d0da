package dev.millrace.cli.cluster;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.run.FlinkConfiguration;
import dev.millrace.cli.run.LeaseCheck;
import dev.millrace.cli.run.Snapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.ClientCnxnSocketNetty;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.NettyServerCnxnFactory;

/** Flink's configuration of a local cluster: flink-conf/config.yaml, and what this one adds. */
final class ClusterConfig {
  private ClusterConfig() {}

  /**
   * The options of all processes.
   *
   * @param rpcPort where the job manager listens for the task managers
   * @param zooKeeperPort used with {@code ha} only
   */
  static Map<String, String> options(
      ClusterSpec spec, ClusterFiles files, int rpcPort, int zooKeeperPort) throws IOException {
    Map<String, String> options = FlinkConfiguration.file();
    // It would listen on all addresses of this machine, so it is off by default.
    options.keySet().removeIf(ClusterConfig::isOfReporter);
    listenOnLoopback(options, spec.port(), rpcPort);
    putState(options, spec.stateDir(), files);
    recoverFast(options);
    options.putAll(files.certificate().internalOptions());
    if (!spec.webUi()) {
      options.putAll(files.certificate().restOptions());
    }
    options.put("taskmanager.numberOfTaskSlots", Integer.toString(spec.slots()));
    options.put("parallelism.default", Integer.toString(spec.parallelism()));
    if (spec.ha()) {
      putHighAvailability(options, files, zooKeeperPort);
    }
    options.putAll(spec.options());
    return options;
  }

  /** The configuration file's options of the Prometheus reporter. */
  static Map<String, String> reporter() {
    Map<String, String> options = FlinkConfiguration.file();
    options.keySet().removeIf(key -> !isOfReporter(key));
    return options;
  }

  private static boolean isOfReporter(String key) {
    return key.startsWith("metrics.reporter.");
  }

  /** Writes the options as Flink reads them. */
  static void write(Map<String, String> options, Path file) throws IOException {
    new YAMLMapper().writeValue(file.toFile(), options);
  }

  /** Writes ZooKeeper's own configuration file, which it reads as Java's properties. */
  static void writeZooKeeper(ClusterFiles files, int port, Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("tickTime", "1000");
    properties.setProperty("dataDir", files.zooKeeper().toString());
    properties.setProperty("secureClientPort", Integer.toString(port));
    properties.setProperty("secureClientPortAddress", Ports.HOST);
    properties.putAll(files.certificate().zooKeeper(""));
    properties.setProperty("admin.enableServer", "false");
    store(properties, file);
  }

  /**
   * Writes system properties of all processes to a file that the command line names: mutual TLS
   * with ZooKeeper, whose entries are serialized objects of the job manager.
   */
  static void writeSystemProperties(ClusterFiles files) throws IOException {
    Properties properties = files.certificate().zooKeeper("zookeeper.");
    properties.setProperty("zookeeper.client.secure", "true");
    properties.setProperty("zookeeper.clientCnxnSocket", ClientCnxnSocketNetty.class.getName());
    properties.setProperty("zookeeper.serverCnxnFactory", NettyServerCnxnFactory.class.getName());
    store(properties, files.systemProperties());
  }

  private static void store(Properties properties, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null); // letters beyond ASCII escaped
    }
  }

  private static void listenOnLoopback(Map<String, String> options, int port, int rpcPort) {
    options.put("rest.address", Ports.HOST);
    options.put("rest.bind-address", Ports.HOST);
    options.put("rest.port", Integer.toString(port));
    options.put("rest.bind-port", Integer.toString(port));
    options.put("jobmanager.rpc.address", Ports.HOST);
    options.put("jobmanager.rpc.port", Integer.toString(rpcPort));
    options.put("jobmanager.bind-host", Ports.HOST);
    options.put("taskmanager.host", Ports.HOST);
    options.put("taskmanager.bind-host", Ports.HOST);
  }

  private static void putState(Map<String, String> options, Path stateDir, ClusterFiles files) {
    String directory = Snapshots.location(stateDir);
    options.putAll(LeaseCheck.options(stateDir));
    options.put("execution.checkpointing.dir", directory);
    options.put("execution.checkpointing.savepoint-dir", directory);
    options.put("io.tmp.dirs", files.temporary().toString());
    // The command asks how the job ended, and stops the job manager itself.
    options.put("execution.shutdown-on-application-finish", "false");
    // How old an answer of the REST interface may be; the command asks as often.
    options.put("web.refresh-interval", "500 ms");
  }

  private static void recoverFast(Map<String, String> options) {
    // A process is lost after missed heartbeats; on one machine that need not take 20 s.
    options.put("heartbeat.interval", "1 s");
    options.put("heartbeat.timeout", "6 s");
    // Changes the parallelism of a running job.
    options.put("jobmanager.scheduler", "adaptive");
    options.put("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 s");
    options.put("jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout", "5 s");
    // How long a job waits for the successor of a task manager, before it continues with fewer
    // slots.
    options.put("jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout", "30 s");
  }

  private static void putHighAvailability(
      Map<String, String> options, ClusterFiles files, int zooKeeperPort) {
    options.put("high-availability.type", "zookeeper");
    options.put("high-availability.zookeeper.quorum", Ports.HOST + ":" + zooKeeperPort);
    // How long a dead job manager is still the leader.
    options.put("high-availability.zookeeper.client.session-timeout", "6 s");
    options.put("zookeeper.sasl.disable", "true"); // mutual TLS authenticates them
    options.put("high-availability.storageDir", Snapshots.location(files.highAvailability()));
    // The id of the job follows from this, and with it the directory of its checkpoints.
    options.put("high-availability.cluster-id", "/millrace-" + UUID.randomUUID());
  }
}
