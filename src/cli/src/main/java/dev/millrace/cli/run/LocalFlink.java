package dev.millrace.cli.run;

import dev.millrace.cli.console.TemporaryDirectories;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.flink.client.deployment.executors.LocalExecutor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Runs Flink in this process with the configuration of a cluster, flink-conf/config.yaml. */
public final class LocalFlink {
  // Flags, memory and metrics reporter of separate processes.
  private static final Pattern CLUSTER_ONLY =
      Pattern.compile(
          "env\\..*|metrics\\..*|(job|task)manager\\.memory\\..*|.*\\.(port|numberOfTaskSlots)");

  /** Options for jobs that fail at once instead of restarting. */
  public static final Map<String, String> NO_RESTART = Map.of("restart-strategy.type", "none");

  private LocalFlink() {}

  /**
   * Returns an environment for one job.
   *
   * @param overrides options on top of the configuration file's
   */
  public static StreamExecutionEnvironment environment(
      int parallelism, Map<String, String> overrides) {
    Map<String, String> options = FlinkConfiguration.file();
    options.keySet().removeIf(key -> CLUSTER_ONLY.matcher(key).matches());
    options.put("io.tmp.dirs", TemporaryDirectories.untilExit("millrace-flink-").toString());
    options.putAll(PortlessCluster.OPTIONS);
    options.putAll(overrides);
    return StreamExecutionEnvironment.createLocalEnvironment(
        parallelism, Configuration.fromMap(options));
  }

  /** Starts a cluster in this process with an environment's options, for consecutive jobs. */
  public static MiniCluster cluster(StreamExecutionEnvironment env) throws Exception {
    MiniCluster cluster =
        new PortlessCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(new Configuration((Configuration) env.getConfiguration()))
                .withRandomPorts()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(env.getParallelism())
                .build());
    cluster.start();
    return cluster;
  }

  /**
   * Starts one job on a cluster of its own in this process, which ends with the job.
   *
   * @param cluster receives the cluster before it starts
   */
  public static JobClient start(
      StreamExecutionEnvironment env, StreamGraph graph, Consumer<PortlessCluster> cluster)
      throws Exception {
    Configuration configuration = (Configuration) env.getConfiguration();
    return LocalExecutor.createWithFactory(
            configuration,
            spec -> {
              PortlessCluster created = new PortlessCluster(spec);
              cluster.accept(created);
              return created;
            })
        .execute(graph, configuration, LocalFlink.class.getClassLoader())
        .get();
  }
}
