package dev.millrace.chaos;

import dev.millrace.MillraceJob;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;

/** The job in this JVM, which can be spoilt, and dies when told to. Not thread-safe. */
final class LocalJob {
  private final Settings settings;
  private final Path stateDir;
  private final Map<String, StreamOperator<?>> replaced = new HashMap<>();
  private final Map<String, String> renamed = new HashMap<>();
  private final Map<String, String> options = new HashMap<>();
  private JobClient client;

  LocalJob(Path file, Path stateDir) {
    this.settings = PipelineFile.read(file);
    this.stateDir = stateDir;
    options.put("execution.checkpointing.dir", "file://" + stateDir);
    options.put(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    // As a job that Flink restarts, it does not wait until the lease of the former one expires.
    options.put(MillraceJob.LEASE_HOLDER.key(), stateDir.toString());
  }

  Settings settings() {
    return settings;
  }

  /** Puts another operator in the place of one of the graph. */
  void replace(String name, StreamOperator<?> operator) {
    replaced.put(name, operator);
  }

  /** Gives an operator of the graph another uid. */
  void rename(String uid, String other) {
    renamed.put(uid, other);
  }

  /** Sets an option of Flink. */
  void set(String option, String value) {
    options.put(option, value);
  }

  /** Starts from the newest checkpoint, if there is one. */
  void start() throws Exception {
    newestCheckpoint()
        .ifPresent(path -> options.put("execution.state-recovery.path", "file://" + path));
    StreamExecutionEnvironment env = Oracle.environment(settings, options);
    MillraceJob.buildOnKafka(env, settings, false);
    for (Transformation<?> transformation : env.getTransformations()) {
      String other = renamed.get(transformation.getUid());
      if (other != null) {
        transformation.setUid(other);
      }
    }
    StreamGraph graph = env.getStreamGraph();
    for (StreamNode node : graph.getStreamNodes()) {
      StreamOperator<?> other = replaced.get(node.getOperatorName());
      if (other != null) {
        node.setOperatorFactory(SimpleOperatorFactory.of(other));
      }
    }
    client = env.executeAsync(graph);
  }

  /** Ends at once, as in a crash: what came after the newest checkpoint is forgotten. */
  void die() throws Exception {
    CompletableFuture<JobExecutionResult> result = client.getJobExecutionResult();
    client.cancel().get(5, TimeUnit.MINUTES);
    // The cluster goes with its job, and then cannot be asked.
    result.handle((ended, cancelled) -> null).get(5, TimeUnit.MINUTES);
  }

  /** Ends as at the end of its input. */
  void drain() throws Exception {
    client
        .stopWithSavepoint(true, "file://" + stateDir, SavepointFormatType.CANONICAL)
        .get(5, TimeUnit.MINUTES);
    awaitEnd();
  }

  /** Waits for the end that a job finds by itself. */
  void awaitEnd() throws Exception {
    client.getJobExecutionResult().get(5, TimeUnit.MINUTES);
  }

  Optional<Path> newestCheckpoint() throws IOException {
    if (!Files.isDirectory(stateDir)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.find(stateDir, 3, (path, a) -> path.endsWith("_metadata"))) {
      List<Path> all = files.map(Path::getParent).toList();
      return all.stream()
          .max(Comparator.comparing(path -> path.resolve("_metadata").toFile().lastModified()));
    }
  }
}
