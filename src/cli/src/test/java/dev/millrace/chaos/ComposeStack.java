package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stack of docker-compose.yml as a project of its own, with a pipeline file of the test and a
 * log of JSON objects. Its ports are those of the file. {@code COMPOSE_FILE} may name files that
 * change how images are built on this machine.
 */
final class ComposeStack implements AutoCloseable {
  private static final String PROJECT = "millrace-containers-test";

  private final Path override;
  private final Path pipeline;
  private final Map<String, String> environment;
  private final Set<String> volumesBefore;

  /** What a command wrote, on both streams. */
  record Ran(int exitCode, String output) {}

  /**
   * The test is skipped where no container engine answers.
   *
   * @param pipeline the pipeline file; the containers see what it says when they start
   */
  ComposeStack(Path dir, Path pipeline) throws IOException, InterruptedException {
    Programs.require("docker", "docker.io docker-buildx docker-compose");
    Ran engine = execute(Map.of(), List.of("docker", "info"));
    assumeThat(engine.exitCode()).as("no container engine: %s", engine.output()).isZero();
    this.override = dir.resolve("override.yml");
    this.pipeline = pipeline;
    String files = System.getenv().getOrDefault("COMPOSE_FILE", "docker-compose.yml");
    this.environment =
        Map.of("COMPOSE_PROJECT_NAME", PROJECT, "COMPOSE_FILE", files + ":" + override);
    this.volumesBefore = volumes();
    setParallelism(1);
  }

  /** Changes a setting of Flink, which the containers have when they are created again. */
  void setParallelism(int parallelism) throws IOException {
    Files.writeString(
        override,
        """
        x-test: &test
          volumes: ["%s:/opt/millrace/pipeline.yaml:ro"]
          environment:
            MILLRACE_LOG_FORMAT: json
            FLINK_PROPERTIES: |
              rest.bind-address: 0.0.0.0
              jobmanager.bind-host: 0.0.0.0
              taskmanager.bind-host: 0.0.0.0
              parallelism.default: %d
        services:
          jobmanager: *test
          taskmanager: *test
          topics-init:
            <<: *test
            # The records of the tests are years old.
            command: >-
              topics create -c /opt/millrace/pipeline.yaml --partitions examples=6
              --retention off --timeout 120
        """
            .formatted(pipeline.toAbsolutePath(), parallelism));
  }

  /** Runs {@code docker compose}. */
  Ran run(String... arguments) throws IOException, InterruptedException {
    return run(Map.of(), arguments);
  }

  /** Runs {@code docker compose} and returns what it wrote; fails if it does. */
  String succeed(String... arguments) throws IOException, InterruptedException {
    return succeed(Map.of(), arguments);
  }

  /**
   * @param more environment
   */
  String succeed(Map<String, String> more, String... arguments)
      throws IOException, InterruptedException {
    Ran ran = run(more, arguments);
    if (ran.exitCode() != 0) {
      String logs = run("logs", "--tail=40").output();
      fail("%s: %s%n%s", List.of(arguments), ran.output(), logs);
    }
    return ran.output();
  }

  private Ran run(Map<String, String> more, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker", "compose"));
    command.addAll(List.of(arguments));
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    return execute(all, command);
  }

  /** All that the containers of a service have written so far. */
  String log(String service) throws IOException, InterruptedException {
    StringBuilder log = new StringBuilder();
    for (String container : containers(service)) {
      log.append(docker("logs", container)).append('\n');
    }
    return log.toString();
  }

  /** Waits until the health check of a service's container succeeds. */
  void awaitHealthy(String service) throws IOException, InterruptedException {
    boolean isHealthy =
        eventually(() -> inspect(service, "{{.State.Health.Status}}").equals("healthy"));
    assertThat(isHealthy).as(log(service)).isTrue();
  }

  /** Kills all Java processes of a service as nothing can prevent; returns once it is restarted. */
  void kill(String service) throws IOException, InterruptedException {
    String restarts = inspect(service, "{{.RestartCount}}");
    List<String> pids = new ArrayList<>();
    for (String line : docker("top", container(service), "-eo", "pid,comm").split("\n")) {
      if (line.endsWith(" java")) {
        pids.add(line.strip().split(" ")[0]);
      }
    }
    assertThat(pids).isNotEmpty();
    // In the name space of the engine, whose root may; the user of this test need not.
    docker(
        "run",
        "--rm",
        "--pid=host",
        "--user=0",
        "--entrypoint=bash",
        "millrace:0.1.0",
        "-c",
        "kill -9 " + String.join(" ", pids));
    assertThat(eventually(() -> !inspect(service, "{{.RestartCount}}").equals(restarts))).isTrue();
  }

  private String inspect(String service, String format) throws IOException, InterruptedException {
    return docker("inspect", "--format", format, container(service));
  }

  private String container(String service) throws IOException, InterruptedException {
    return containers(service).get(0);
  }

  private List<String> containers(String service) throws IOException, InterruptedException {
    return succeed("ps", "--all", "--quiet", service).lines().toList();
  }

  /** Removes everything; fails if a volume is left that was not there before. */
  void down() throws IOException, InterruptedException {
    succeed("--profile", "monitoring", "down", "--volumes");
    assertThat(volumesBefore).containsAll(volumes());
  }

  private static Set<String> volumes() throws IOException, InterruptedException {
    return Set.copyOf(docker("volume", "ls", "--quiet").lines().toList());
  }

  private static String docker(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    Ran ran = execute(Map.of(), command);
    assertThat(ran.exitCode()).as("%s: %s", command, ran.output()).isZero();
    return ran.output().strip();
  }

  private static Ran execute(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), output);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run("--profile", "monitoring", "down", "--volumes");
  }
}
