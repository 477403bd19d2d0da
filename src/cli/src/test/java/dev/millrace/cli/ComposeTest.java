package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.FlinkOptions;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.messages.webmonitor.JobDetails;
import org.apache.flink.runtime.messages.webmonitor.MultipleJobsDetails;
import org.apache.flink.runtime.rest.util.RestMapperUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The compose file, as it stands and as Docker Compose understands it. */
class ComposeTest {
  private static final Path FILE = Path.of("docker-compose.yml");
  private static final Set<String> ALWAYS =
      Set.of("kafka", "topics-init", "jobmanager", "taskmanager");
  private static final String DATASETS = "examples/data/";
  private static final String NO_BROKER = "localhost:1";

  @TempDir private Path dir;

  @Test
  void portsArePublishedOnLoopbackOnly() throws IOException {
    for (JsonNode service : services()) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).startsWith("127.0.0.1:");
      }
    }
  }

  @Test
  void flinkIsNotReachedFromTheHost() throws IOException {
    assertThat(services().get("jobmanager").has("ports")).isFalse();
    assertThat(services().get("taskmanager").has("ports")).isFalse();
  }

  @Test
  void grafanaHasNoAdministratorAndAcceptsNoPassword() throws IOException {
    JsonNode environment = services().get("grafana").path("environment");

    assertThat(environment.path("GF_AUTH_BASIC_ENABLED").asText()).isEqualTo("false");
    assertThat(environment.path("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION").asText())
        .isEqualTo("true");
    assertThat(environment.path("GF_AUTH_ANONYMOUS_ORG_ROLE").asText()).isEqualTo("Viewer");
  }

  @Test
  void theImageHoldsAJarThatItsProcessCannotOverwrite() throws IOException {
    assertThat(Files.readAllLines(Path.of("Dockerfile")))
        .filteredOn(line -> line.contains("/opt/flink/usrlib/millrace.jar"))
        .singleElement()
        .asString()
        .contains("--chown=root:root", "--chmod=444");
  }

  @Test
  void optionsOfFlinkAreKnownAndWithoutBlanks() throws IOException {
    String properties = file().at("/x-flink/environment/FLINK_PROPERTIES").asText();

    assertThat(properties).isNotBlank();
    for (String line : properties.lines().toList()) {
      String[] property = line.split(": ", 2);
      assertThat(FlinkOptions.KNOWN).as(line).containsKey(property[0]);
      // Some releases of Flink's image take the blanks out of a value.
      assertThat(property[1]).doesNotContain(" ");
    }
  }

  @Test
  void everyServiceIsOfAFixedVersionAndWatched() throws IOException {
    services()
        .properties()
        .forEach(
            service -> {
              JsonNode merged = service.getValue();
              String image = merged.path("image").asText("millrace:0.1.0"); // else by <<
              assertThat(image).as(service.getKey()).matches(".+:v?\\d+\\.\\d+\\.\\d+");
              boolean ends = service.getKey().equals("topics-init");
              assertThat(merged.has("healthcheck")).as(service.getKey()).isEqualTo(!ends);
            });
  }

  /** Current releases of Docker Compose build all images at once, and one name only once. */
  @Test
  void oneServiceBuildsTheImageAndTheOthersPullNone() throws IOException {
    JsonNode services = config("--profile", "*").path("services");
    List<String> building = new ArrayList<>();
    for (Map.Entry<String, JsonNode> service : services.properties()) {
      if (service.getValue().has("build")) {
        building.add(service.getKey());
      }
      if (service.getValue().path("image").asText().startsWith("millrace:")) {
        assertThat(service.getValue().path("pull_policy").asText())
            .as(service.getKey())
            .isEqualTo("never");
      }
    }

    assertThat(building).containsExactly("taskmanager");
    assertThat(file().findParents("build")).hasSize(1);
  }

  @Test
  void theImageIsBuiltWithoutAFrontendFromANetwork() throws IOException {
    assertThat(Files.readString(Path.of("Dockerfile"))).doesNotContain("# syntax=");
  }

  @Test
  void theLogOfEachServiceIsLimited() throws IOException {
    assertThat(file().at("/x-logging/options/max-size").asText()).isEqualTo("50m");
    for (JsonNode service : services()) {
      // Else by <<.
      assertThat(service.has("logging")).isNotEqualTo(service.has("<<"));
    }
    assertThat(file().at("/x-flink").has("logging")).isTrue();
  }

  @Test
  void eachVolumeThatAnImageDeclaresIsNamedOrInMemory() throws IOException {
    List<String> targets = new ArrayList<>();
    services()
        .get("kafka")
        .path("volumes")
        .forEach(v -> targets.add(v.path("target").asText(v.asText().replaceFirst(".*:", ""))));

    assertThat(targets)
        .containsExactlyInAnyOrder(
            "/var/lib/kafka/data", "/etc/kafka/secrets", "/mnt/shared/config");
  }

  @Test
  void everythingMountedFromHereExists() throws IOException {
    List<String> mounts = new ArrayList<>();
    file()
        .findParents("volumes")
        .forEach(node -> node.path("volumes").forEach(v -> mounts.add(v.asText())));

    assertThat(mounts).hasSizeGreaterThan(5);
    for (String mount : mounts) {
      if (mount.startsWith("./")) {
        assertThat(Path.of(mount.split(":")[0])).exists();
      }
    }
  }

  @Test
  void theJobManagerIsStartedByTheScriptOfTheImage() throws IOException {
    JsonNode jobManager = services().get("jobmanager");

    assertThat(jobManager.has("entrypoint")).isFalse();
    assertThat(Files.readString(Path.of("Dockerfile")))
        .contains("deploy/image/ /opt/millrace/", "ENTRYPOINT [\"/opt/millrace/entrypoint.sh\"]");
    assertThat(jobManager.path("command"))
        .map(JsonNode::asText)
        .containsExactly("/opt/millrace/job-manager.sh", "-c", "/opt/millrace/pipeline.yaml");
    assertThat(Path.of("deploy", "image", "job-manager.sh")).isExecutable();
    assertThat(Path.of("examples", "compose", "pipeline.yaml")).isRegularFile();
  }

  @Test
  void topicsInitCreatesTheTopicsOfThePipelineOfTheJob() throws IOException {
    List<String> command = words(config().at("/services/topics-init"), "command");

    assertThat(command)
        .startsWith("topics", "create", "-c", "/opt/millrace/pipeline.yaml", "--partitions");
  }

  @ParameterizedTest
  @CsvSource({"RUNNING, 4, 0, true", "RUNNING, 1, 3, false", "CREATED, 0, 4, false"})
  void aJobManagerIsWellWhileAllTasksOfItsJobRun(
      JobStatus status, int running, int initializing, boolean well) throws Exception {
    int[] tasks = new int[ExecutionState.values().length];
    tasks[ExecutionState.RUNNING.ordinal()] = running;
    tasks[ExecutionState.INITIALIZING.ordinal()] = initializing;
    JobDetails job = new JobDetails(new JobID(), "millrace storms", 1, -1, 2, status, 3, tasks, 4);

    assertThat(isWell(new MultipleJobsDetails(List.of(job)))).isEqualTo(well);
  }

  @Test
  void aJobManagerWithoutAJobIsNotWell() throws Exception {
    assertThat(isWell(new MultipleJobsDetails(List.of()))).isFalse();
  }

  /** Runs the health check over an answer of Flink. */
  private boolean isWell(MultipleJobsDetails answer) throws IOException, InterruptedException {
    Path file = dir.resolve("overview.json");
    RestMapperUtils.getStrictObjectMapper().writeValue(file.toFile(), answer);
    String check = config().at("/services/jobmanager/healthcheck/test/1").asText();
    String ask = "wget -q -O - http://localhost:8081/jobs/overview";
    assertThat(check).contains(ask);
    String script = check.replace(ask, "cat '" + file + "'").replace("$$", "$");
    return new ProcessBuilder("sh", "-c", script).start().waitFor() == 0;
  }

  @Test
  void theJobStopsWithASavepointThatOutlivesItsContainers() throws IOException {
    JsonNode config = config();

    JsonNode jobManager = config.at("/services/jobmanager");
    assertThat(jobManager.path("stop_grace_period").asText()).isEqualTo("2m0s");
    assertThat(jobManager.at("/depends_on/taskmanager/condition").asText())
        .as("what is depended on is stopped later")
        .isEqualTo("service_started");
    assertThat(jobManager.at("/depends_on/taskmanager/restart").asBoolean())
        .as("stopped before what is depended on is created again")
        .isTrue();
    for (String service : List.of("jobmanager", "taskmanager")) {
      assertThat(config.at("/services/" + service + "/volumes"))
          .anyMatch(
              volume ->
                  volume.path("source").asText().equals("flink-state")
                      && volume.path("target").asText().equals("/opt/flink/state"));
    }
    assertThat(config.path("volumes").properties())
        .extracting(Map.Entry::getKey)
        .contains("flink-state", "kafka-data");
  }

  @Test
  void noContainerOfFlinkMayTakeMoreThanALittleAboveItsProcessSize() throws IOException {
    Configuration flink = GlobalConfiguration.loadConfiguration("flink-conf");
    Map<String, ConfigOption<MemorySize>> sizes =
        Map.of(
            "jobmanager", JobManagerOptions.TOTAL_PROCESS_MEMORY,
            "taskmanager", TaskManagerOptions.TOTAL_PROCESS_MEMORY);
    JsonNode services = new YAMLMapper().readTree(FILE.toFile()).path("services");

    for (Map.Entry<String, ConfigOption<MemorySize>> size : sizes.entrySet()) {
      int process = flink.get(size.getValue()).getMebiBytes();
      MemorySize limit = MemorySize.parse(services.at("/" + size.getKey() + "/mem_limit").asText());
      assertThat(limit.getMebiBytes()).isBetween(process + 200, process + 300);
    }
  }

  @Test
  void thereMayBeSeveralTaskManagers() throws IOException {
    JsonNode taskManager = config().at("/services/taskmanager");

    assertThat(taskManager.has("image")).isTrue();
    assertThat(List.of("ports", "container_name", "hostname")).noneMatch(taskManager::has);
  }

  @Test
  void theCommandsOfMillraceStartAndLookForTheBroker() throws Exception {
    Set<String> started = new TreeSet<>();
    String pipeline = Files.readString(Path.of("examples", "compose", "pipeline.yaml"));
    Path elsewhere =
        Files.writeString(dir.resolve("pipeline.yaml"), pipeline.replace("kafka:19092", NO_BROKER));
    for (Map.Entry<String, JsonNode> service :
        config("--profile", "*").path("services").properties()) {
      if (words(service.getValue(), "entrypoint").contains("/opt/millrace/millrace")) {
        started.add(service.getKey());
        List<String> command = words(service.getValue(), "command");
        command.replaceAll(word -> word.replace("kafka:19092", NO_BROKER));
        command.replaceAll(word -> word.replace("/opt/millrace/datasets/", DATASETS));
        command.replaceAll(word -> word.replace("/opt/millrace/pipeline.yaml", "" + elsewhere));
        int timeout = command.indexOf("--timeout");
        if (timeout >= 0) {
          command.set(timeout + 1, "1");
        } else {
          command.addAll(List.of("--timeout", "1"));
        }

        assertThat(errors(dir, command, environment(service.getValue())))
            .as(service.getKey())
            .contains("No broker answered at " + NO_BROKER);
      }
    }
    assertThat(started).containsExactlyInAnyOrder("demo", "dashboard", "topics-init");
    assertThat(Files.readString(Path.of("deploy", "image", "millrace")))
        .contains(" " + Millrace.class.getName() + " \"$@\"");
  }

  @Test
  void theDashboardIsAskedWithItsTokenWhetherItIsWell() throws IOException {
    JsonNode dashboard = config("--profile", "ui").at("/services/dashboard");
    String token = environment(dashboard).get("MILLRACE_TOKEN");

    assertThat(dashboard.at("/healthcheck/test/0").asText()).isEqualTo("CMD-SHELL");
    assertThat(dashboard.at("/healthcheck/test/1").asText())
        .contains("\"Authorization: Bearer $$MILLRACE_TOKEN\"");
    assertThat(Files.readString(Path.of("docs", "deploy.md"))).contains(token);
  }

  @ParameterizedTest
  @CsvSource({
    "demo, demo",
    "ui, dashboard kafka-ui",
    "monitoring, grafana prometheus",
    "registry, registry"
  })
  void dockerComposeUnderstandsEachProfile(String profile, String services) throws IOException {
    Set<String> expected = new TreeSet<>(ALWAYS);
    expected.addAll(List.of(services.split(" ")));

    JsonNode config = config("--profile", profile);

    assertThat(config.path("services").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrderElementsOf(expected);
    for (JsonNode service : config.path("services")) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.path("host_ip").asText()).isEqualTo("127.0.0.1");
      }
    }
  }

  private static JsonNode config(String... options) throws IOException {
    Path compose = Programs.require("docker-compose", "docker-compose");
    List<String> command = new ArrayList<>(List.of(compose.toString(), "-f", FILE.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("config", "--format", "json"));
    String json = ChildJvm.run(command);
    assumeThat(json).as("Docker Compose 2 or newer").startsWith("{");
    return new ObjectMapper().readTree(json);
  }

  /** What a command of a service writes to the standard error when it cannot go on. */
  private static String errors(Path dir, List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    String classPath = System.getProperty("java.class.path");
    String main = Millrace.class.getName();
    try (MillraceProcess process =
        MillraceProcess.start(dir, "command", classPath, main, List.of(), command, environment)) {
      process.awaitEnd();
      return process.err();
    }
  }

  private static List<String> words(JsonNode service, String key) {
    List<String> words = new ArrayList<>();
    service.path(key).forEach(word -> words.add(word.asText()));
    return words;
  }

  private static Map<String, String> environment(JsonNode service) {
    Map<String, String> environment = new TreeMap<>();
    service
        .path("environment")
        .properties()
        .forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
    return environment;
  }

  private static JsonNode services() throws IOException {
    return file().path("services");
  }

  private static JsonNode file() throws IOException {
    return new YAMLMapper().readTree(FILE.toFile());
  }
}
