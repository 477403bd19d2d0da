package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.FlinkOptions;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The compose file, as it stands and as Docker Compose understands it. */
class ComposeTest {
  private static final Path FILE = Path.of("docker-compose.yml");
  private static final Set<String> ALWAYS =
      Set.of("kafka", "topics-init", "jobmanager", "taskmanager");

  @Test
  void portsArePublishedOnLoopbackOnly() throws IOException {
    for (JsonNode service : services()) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).startsWith("127.0.0.1:");
      }
    }
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

    assertThat(jobManager.at("/entrypoint/0").asText()).isEqualTo("/opt/millrace/job-manager.sh");
    assertThat(Files.readString(Path.of("Dockerfile")))
        .contains("deploy/image/job-manager.sh /opt/millrace/job-manager.sh");
    assertThat(jobManager.path("command"))
        .map(JsonNode::asText)
        .containsExactly("-c", "/opt/millrace/pipeline.yaml");
    assertThat(Path.of("examples", "compose", "pipeline.yaml")).isRegularFile();
  }

  @Test
  void topicsInitMakesEachTopicOfThePipeline() throws IOException {
    Settings settings = PipelineFile.read(Path.of("examples", "compose", "pipeline.yaml"));
    Set<String> needed = new TreeSet<>(settings.output().topics());
    needed.addAll(settings.input().topics());

    String script = services().get("topics-init").path("command").get(0).asText();

    assertThat(needed).hasSizeGreaterThan(4);
    assertThat(needed).allMatch(topic -> script.contains("create " + topic + " --partitions "));
  }

  @Test
  void theJobStopsWithASavepointThatOutlivesItsContainers() throws IOException {
    JsonNode config = config();

    JsonNode jobManager = config.at("/services/jobmanager");
    assertThat(jobManager.path("stop_grace_period").asText()).isEqualTo("2m0s");
    assertThat(jobManager.at("/depends_on/taskmanager/condition").asText())
        .as("what is depended on is stopped later")
        .isEqualTo("service_started");
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
  void thereMayBeSeveralTaskManagers() throws IOException {
    JsonNode taskManager = config().at("/services/taskmanager");

    assertThat(taskManager.has("image")).isTrue();
    assertThat(List.of("ports", "container_name", "hostname")).noneMatch(taskManager::has);
  }

  @Test
  void theCommandsOfMillraceAreOnesThatExist() throws IOException {
    for (String service : List.of("demo", "dashboard")) {
      String[] words = services().get(service).path("command").asText().split("\\s+");
      Millrace.commandLine().parseArgs(words); // throws if it cannot be understood
    }
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

  private static JsonNode services() throws IOException {
    return file().path("services");
  }

  private static JsonNode file() throws IOException {
    return new YAMLMapper().readTree(FILE.toFile());
  }
}
