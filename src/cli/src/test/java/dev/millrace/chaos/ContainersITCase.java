package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.chaos.ComposeStack.Ran;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Monitoring;
import dev.millrace.testing.PrometheusApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of docker-compose.yml on a real container engine: its image is built, its processes are
 * killed, stopped, upgraded and restored while records come in, and the models and metrics are
 * those of an uninterrupted job. Then the pipeline is renamed, measured by Prometheus, and broken.
 */
@Tag("containers")
class ContainersITCase {
  private static final String HOST = "localhost:9092";
  private static final String NETWORK = "kafka:19092";
  private static final int PROMETHEUS = 9090;
  private static final Pattern RESTORED =
      Pattern.compile("The models continue from ([^\\s\"]+/savepoint-[^\\s\"]+)");
  // The beginning of what a start logs that waits for the lease of another job.
  private static final String WAITS = "Waits whether the job";

  @TempDir private Path dir;

  @Test
  void killsAndUpgradesOfContainersChangeNoModel() throws Exception {
    Input input = Input.good();
    Oracle undisturbed = Oracle.of(Pipeline.EXACTLY_ONCE, input, dir);
    Path file = Pipeline.EXACTLY_ONCE.write(dir.resolve("pipeline.yaml"), NETWORK, "storms");
    Settings settings = PipelineFile.read(file);
    try (ComposeStack stack = new ComposeStack(dir, file)) {
      stack.succeed("build");
      stack.succeed("up", "--detach");
      stack.awaitHealthy("jobmanager");
      try (Traffic traffic = traffic("storms.examples", input)) {
        learn(traffic, 1_500);
        stack.kill("taskmanager");
        learn(traffic, 3_000);
        stack.kill("jobmanager");
        stack.awaitHealthy("jobmanager");
        learn(traffic, 4_000);

        stopAndStart(stack);
        long reports = CommittedRecords.read(HOST, "storms.metrics").size();
        keep(stack);
        learn(traffic, 4_500);
        upgrade(stack);
        learn(traffic, traffic.size());
        restore(stack, 2L * CommittedRecords.read(HOST, "storms.metrics").size() - reports);
        traffic.requireNoLoss();
      }
      drain(stack);
      Verdict.AT_MOST_REPEATS.on(undisturbed.compare(HOST, settings));
      requireJson(stack.log("jobmanager"));
      requireJson(stack.log("taskmanager"));

      rename(stack, file);
      measure(stack);
      breakPipelineFile(stack, file);
      stack.down();
    }
  }

  private static Traffic traffic(String topic, Input input) {
    return new Traffic(HOST, topic, input.records(), Traffic.CALM);
  }

  private static void learn(Traffic traffic, int total) {
    traffic.hurry(total);
    // Each key reports every fifth example, and all have as many.
    int reported = total / 40 * 40;
    assertThat(eventually(() -> CommittedRecords.examples(HOST, "storms") >= reported)).isTrue();
  }

  /** A clean stop leaves a savepoint, and the next start neither waits nor loses anything. */
  private static void stopAndStart(ComposeStack stack) throws Exception {
    stack.succeed("stop");
    int before = stack.log("jobmanager").length();
    assertThat(stack.succeed("ps", "--all", "jobmanager")).contains("Exited (0)");

    stack.succeed("up", "--detach");

    stack.awaitHealthy("jobmanager");
    String log = stack.log("jobmanager").substring(before);
    assertThat(log).containsPattern(RESTORED).doesNotContain(WAITS);
  }

  /** Copies the savepoint that the job started from. */
  private static void keep(ComposeStack stack) throws Exception {
    stack.succeed(
        "exec", "-T", "jobmanager", "cp", "-a", restored(stack), "/opt/flink/state/chaos/kept");
  }

  private static String restored(ComposeStack stack) throws Exception {
    List<MatchResult> all = RESTORED.matcher(stack.log("jobmanager")).results().toList();
    assertThat(all).isNotEmpty();
    return all.get(all.size() - 1).group(1);
  }

  /** As the documentation says. */
  private static void upgrade(ComposeStack stack) throws Exception {
    stack.setParallelism(2);
    stack.succeed("stop", "jobmanager");
    stack.succeed("up", "--detach", "--build", "--scale", "taskmanager=2");
    stack.awaitHealthy("jobmanager");
    assertThat(stack.log("jobmanager")).containsPattern(RESTORED).doesNotContain(WAITS);
  }

  /** Goes back to the kept savepoint: what came after it is learned once more. */
  private static void restore(ComposeStack stack, long reports) throws Exception {
    stack.succeed("stop", "jobmanager");
    stack.succeed(
        Map.of("MILLRACE_RESTORE", "/opt/flink/state/chaos/kept"),
        "up",
        "--detach",
        "--scale",
        "taskmanager=2");
    stack.awaitHealthy("jobmanager");
    assertThat(stack.log("jobmanager"))
        .contains("The models continue from /opt/flink/state/chaos/kept");
    assertThat(eventually(() -> CommittedRecords.read(HOST, "storms.metrics").size() >= reports))
        .isTrue();
  }

  /** Ends the job as at the end of its input, by the commands of the image. */
  private static void drain(ComposeStack stack) throws Exception {
    stack.succeed(
        "exec",
        "-T",
        "jobmanager",
        "/opt/millrace/millrace",
        "stop",
        "-c",
        "/opt/millrace/pipeline.yaml",
        "--cluster",
        "http://localhost:8081",
        "--drain");
    assertThat(eventually(() -> stack.succeed("ps", "--all", "jobmanager").contains("Exited (0)")))
        .isTrue();
  }

  private static void requireJson(String log) throws IOException {
    List<String> others = new ArrayList<>();
    for (String line : log.lines().toList()) {
      try {
        new ObjectMapper().readTree(line);
      } catch (JsonProcessingException e) {
        others.add(line);
      }
    }
    assertThat(others).isEmpty();
  }

  /** Another name is another pipeline, with topics and models of its own. */
  private static void rename(ComposeStack stack, Path file) throws Exception {
    Pipeline.EXACTLY_ONCE.named("payments").write(file, NETWORK, "payments");
    stack.setParallelism(1);
    stack.succeed("up", "--detach");
    stack.awaitHealthy("jobmanager");
    assertThat(stack.log("jobmanager")).contains("The models start empty");
    assertThat(stack.succeed("exec", "-T", "jobmanager", "ls", "/opt/flink/state"))
        .contains("chaos", "payments");
  }

  /** Each panel of the dashboard has a value, and each alert can be computed. */
  private static void measure(ComposeStack stack) throws Exception {
    stack.succeed("--profile", "monitoring", "up", "--detach", "prometheus");
    PrometheusApi prometheus = new PrometheusApi(PROMETHEUS);
    assertThat(eventually(prometheus::isUp)).isTrue();
    // Some panels are empty while nothing happens: there are records for as long as this waits.
    List<ProducerRecord<byte[], byte[]>> again = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      again.addAll(Input.withBadRecords().records());
    }
    try (Traffic traffic = new Traffic(HOST, "payments.examples", again, Traffic.CALM)) {
      traffic.want(traffic.size());
      for (String query : Monitoring.dashboardQueries()) {
        if (Monitoring.series(List.of(query)).stream().noneMatch(Monitoring::isOfOtherPipelines)) {
          assertThat(eventually(() -> !prometheus.query(query).isEmpty())).as(query).isTrue();
        }
      }
    }
    prometheus.requireHealthyAlerts();
  }

  /** An invalid file ends a start with its message alone. */
  private static void breakPipelineFile(ComposeStack stack, Path file) throws Exception {
    Files.writeString(file, Files.readString(file).replace("label:", "lable:"));
    String message = "input.lable is not an option";
    stack.succeed("rm", "--stop", "--force", "jobmanager");

    Ran up = stack.run("up", "--detach");

    assertThat(up.exitCode()).isNotZero();
    assertThat(stack.log("topics-init")).contains(message).doesNotContain("\tat ");
    stack.succeed("up", "--detach", "--no-deps", "jobmanager");
    assertThat(eventually(() -> stack.log("jobmanager").contains(message))).isTrue();
    assertThat(stack.log("jobmanager")).doesNotContain("\tat ", "\\tat ");
  }
}
