package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.testing.FlinkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;

/** The resources for Kubernetes, beside the operator's own definition of what may stand in them. */
class KubernetesTest {
  private static final Path FOLDER = Path.of("deploy", "kubernetes");
  private static final String IMAGE = "image: millrace:0.1.0";
  private static final Pattern FLINK_IMAGE = Pattern.compile("FROM flink:(\\d+)\\.(\\d+)\\.");
  private static final YAMLMapper YAML = new YAMLMapper();

  /** What the operator sets, or the deployment has in a place of its own. */
  private static final Set<String> NOT_TAKEN_OVER =
      Set.of(
          "rest.bind-address",
          "jobmanager.bind-host",
          "taskmanager.bind-host",
          "jobmanager.rpc.address",
          "jobmanager.memory.process.size",
          "taskmanager.memory.process.size",
          "parallelism.default",
          "metrics.reporter.prom.port");

  @Test
  void allFilesHaveOnlyFieldsAndValuesThatTheOperatorKnows() throws IOException {
    List<String> problems = new ArrayList<>();
    try (Stream<Path> all = Files.list(FOLDER)) {
      for (Path file : all.toList()) {
        for (JsonNode resource : resources(file.getFileName().toString())) {
          problems.addAll(ResourceDefinitions.problems(resource));
        }
      }
    }

    assertThat(problems).isEmpty();
  }

  @Test
  void aWrongFieldValueOrTypeIsFound() throws IOException {
    JsonNode deployment =
        YAML.readTree(
            """
            kind: FlinkDeployment
            spec:
              job: { jarUri: x, upgradeMode: stateful, parallelism: two }
              flinkConfiguration: { a: 1 }
              podTemplate: { spec: { containers: [{ name: a, image: [b] }] } }
            """);
    JsonNode job =
        YAML.readTree("{ kind: Job, spec: { template: { spec: { restartPolicies: Never } } } }");

    assertThat(ResourceDefinitions.problems(deployment))
        .containsExactlyInAnyOrder(
            "spec.job.jarUri is not a field",
            "spec.job.upgradeMode: stateful is not one of its values",
            "spec.job.parallelism: \"two\" is no integer",
            "spec.flinkConfiguration.a: 1 is no string",
            "spec.podTemplate.spec.containers[].image: [\"b\"] is no string");
    assertThat(ResourceDefinitions.problems(job))
        .containsExactly("spec.template.spec.restartPolicies is not a field");
  }

  @Test
  void theFlinkVersionIsThatOfTheImageAndKnownToTheOperatorsThatTheDocsName() throws IOException {
    String version = deployment().at("/spec/flinkVersion").asText();
    Matcher image = FLINK_IMAGE.matcher(Files.readString(Path.of("Dockerfile")));

    assertThat(image.find()).isTrue();
    assertThat(version).isEqualTo("v%s_%s", image.group(1), image.group(2));
    assertThat(ResourceDefinitions.operatorsWithout(version))
        .containsExactly("1.10", "1.11", "1.12");
    assertThat(Files.readString(Path.of("docs/deploy.md")))
        .contains(
            " 1.13 or newer",
            "the resource definitions of 1.10 to 1.12 reject `flinkVersion: v2_2`");
  }

  @Test
  void theConfigurationIsThatOfAllOtherPlaces() throws IOException {
    Map<String, String> expected =
        new HashMap<>(GlobalConfiguration.loadConfiguration("flink-conf").toMap());
    expected.keySet().removeAll(NOT_TAKEN_OVER);

    assertThat(flinkConfiguration()).containsAllEntriesOf(expected);
  }

  @Test
  void aSavepointIsOneOfTheDeploymentAndStays() throws IOException {
    JsonNode snapshot = resources("savepoint.yaml").get(0);

    assertThat(snapshot.at("/spec/jobReference/name")).isEqualTo(deployment().at("/metadata/name"));
    assertThat(snapshot.at("/spec/savepoint/disposeOnDelete").asBoolean(true)).isFalse();
  }

  /** A rollback as docs/deploy.md has it. */
  @Test
  void theDeploymentGoesBackToASavepointByFieldsThatTheOperatorKnows() throws IOException {
    JsonNode job = ResourceDefinitions.ofSpec("FlinkDeployment").at("/properties/job/properties");
    String page = Files.readString(Path.of("docs/deploy.md"));

    for (String field : List.of("initialSavepointPath", "savepointRedeployNonce")) {
      assertThat(job.has(field)).isTrue();
      assertThat(page).contains(field);
    }
  }

  @Test
  void containersLogAsTheOtherContainersOfTheImage() throws IOException {
    assertThat(deployment().at("/spec/logConfiguration/log4j-console.properties").asText())
        .isEqualTo(Files.readString(Path.of("flink-conf", "log4j-console.properties")));
    assertThat(flinkConfiguration())
        .containsEntry("kubernetes.entry.path", "/opt/millrace/entrypoint.sh");
    assertThat(Path.of("deploy", "image", "entrypoint.sh")).isExecutable();
  }

  @Test
  void oneCommandOfTheDocsNamesTheImageInAllFiles() throws IOException {
    String page = Files.readString(Path.of("docs/deploy.md"));
    Set<String> files = new TreeSet<>();
    try (Stream<Path> all = Files.list(FOLDER)) {
      for (Path file : all.toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.strip().startsWith("image: ")) {
            assertThat(line.strip()).isEqualTo(IMAGE);
            files.add(file.getFileName().toString());
          }
        }
      }
    }

    assertThat(files).containsExactly("millrace.yaml", "topics.yaml");
    assertThat(page)
        .contains(
            "sed -i 's|%s|image: REGISTRY/millrace:0.1.0|' deploy/kubernetes/{millrace,topics}.yaml"
                .formatted(IMAGE));
  }

  @Test
  void theVolumeNamesAClassThatAllPodsCanWrite() throws IOException {
    JsonNode claim = resources("pipeline.yaml").get(1).path("spec");

    assertThat(claim.path("storageClassName").asText()).isNotBlank();
    assertThat(claim.at("/accessModes/0").asText()).isEqualTo("ReadWriteMany");
  }

  @Test
  void theMonitorSelectsThePodsAndTheirPort() throws IOException {
    JsonNode spec = resources("pod-monitor.yaml").get(0).path("spec");
    JsonNode pod = deployment().at("/spec/podTemplate");

    assertThat(spec.at("/selector/matchLabels")).isEqualTo(pod.at("/metadata/labels"));
    assertThat(spec.at("/podMetricsEndpoints/0/port"))
        .isEqualTo(pod.at("/spec/containers/0/ports/0/name"));
  }

  @Test
  void everyOptionIsKnown() throws IOException {
    Map<String, ConfigOption<?>> known = new TreeMap<>(FlinkOptions.KNOWN);
    FlinkOptions.addBeside(AutoScalerOptions.class, known);
    for (String key : flinkConfiguration().keySet()) {
      // The operator and Flink's clients of Kubernetes are no libraries here.
      if (!key.startsWith("kubernetes.") && !FlinkOptions.OF_THE_REPORTER.containsKey(key)) {
        assertThat(known).containsKey(key);
      }
    }
  }

  @Test
  void theDeploymentIsHighlyAvailableKeepsItsStateAndScalesByItself() throws IOException {
    JsonNode spec = deployment().path("spec");

    assertThat(spec.at("/job/upgradeMode").asText()).isEqualTo("savepoint");
    assertThat(spec.at("/job/entryClass").asText()).isEqualTo(MillraceJob.class.getName());
    assertThat(flinkConfiguration())
        .containsEntry("high-availability.type", "kubernetes")
        .containsEntry("job.autoscaler.enabled", "true")
        .containsEntry("jobmanager.scheduler", "adaptive");
    assertThat(spec.at("/podTemplate/spec/containers/0/name").asText())
        .as("the operator looks for this name")
        .isEqualTo("flink-main-container");
  }

  @Test
  void thePipelineFileIsValidAndItsPasswordComesFromTheSecret() throws IOException {
    assertThat(pipeline().kafka().get("sasl.jaas.config")).contains("${env:KAFKA_PASSWORD}");
    for (JsonNode container :
        List.of(
            topics().at("/containers/0"), deployment().at("/spec/podTemplate/spec/containers/0"))) {
      assertThat(container.at("/env/0/name").asText()).isEqualTo("KAFKA_PASSWORD");
      assertThat(container.at("/env/0/valueFrom/secretKeyRef/name").asText())
          .isEqualTo("millrace-kafka");
    }
  }

  @Test
  void allPodsMountTheAuthorityThatThePipelineTrusts() throws IOException {
    Path truststore = Path.of(pipeline().kafka().get("ssl.truststore.location"));

    for (JsonNode pod : List.of(topics(), deployment().at("/spec/podTemplate/spec"))) {
      assertThat(pod.at("/containers/0/volumeMounts"))
          .anySatisfy(
              mount -> {
                assertThat(mount.path("name").asText()).isEqualTo("kafka-ca");
                assertThat(mount.path("mountPath").asText()).isEqualTo("" + truststore.getParent());
              });
      assertThat(pod.path("volumes"))
          .anySatisfy(
              volume -> {
                assertThat(volume.path("name").asText()).isEqualTo("kafka-ca");
                assertThat(volume.at("/secret/items/0/path").asText())
                    .isEqualTo("" + truststore.getFileName());
              });
    }
  }

  /** A file that is replaced by force loses what it names, such as a volume. */
  @Test
  void theJobThatCreatesTheTopicsIsAloneInItsFileAndHasLimits() throws IOException {
    assertThat(resources("topics.yaml"))
        .extracting(resource -> resource.path("kind").asText())
        .containsExactly("Job");
    assertThat(resources("pipeline.yaml"))
        .extracting(resource -> resource.path("kind").asText())
        .containsExactly("ConfigMap", "PersistentVolumeClaim");
    assertThat(topics().at("/containers/0/resources/limits").has("memory")).isTrue();
    assertThat(resources("topics.yaml").get(0).at("/spec").has("ttlSecondsAfterFinished"))
        .as("the template of a Job cannot be changed")
        .isTrue();
    assertThat(Files.readString(Path.of("docs/deploy.md")))
        .contains(
            "kubectl replace --force -f deploy/kubernetes/topics.yaml\n"
                + "kubectl wait --for=condition=complete --timeout=5m job/millrace-topics\n");
  }

  @Test
  void podsRunWithoutRightsThatTheyDoNotNeed() throws IOException {
    JsonNode topics = topics();

    assertThat(topics.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(topics.at("/containers/0/securityContext/readOnlyRootFilesystem").asBoolean())
        .isTrue();
    for (JsonNode pod : List.of(topics, deployment().at("/spec/podTemplate/spec"))) {
      assertThat(pod.at("/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      JsonNode container = pod.at("/containers/0/securityContext");
      assertThat(container.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(container.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    }
  }

  @Test
  void onlyThePodsOfTheDeploymentReachEachPortOfFlink() throws IOException {
    JsonNode policy = YAML.readTree(FOLDER.resolve("network-policy.yaml").toFile()).path("spec");
    JsonNode own = deployment().at("/spec/podTemplate/metadata/labels");

    assertThat(policy.at("/podSelector/matchLabels")).isEqualTo(own);
    List<JsonNode> withoutPorts = new ArrayList<>();
    policy
        .path("ingress")
        .forEach(
            rule -> {
              if (!rule.has("ports")) {
                withoutPorts.add(rule);
              }
            });
    assertThat(withoutPorts).hasSize(1);
    assertThat(withoutPorts.get(0).at("/from/0/podSelector/matchLabels")).isEqualTo(own);
    assertThat(withoutPorts.get(0).path("from")).hasSize(1);
    assertThat(withoutPorts.get(0).at("/from/0").has("namespaceSelector")).isFalse();
  }

  private static List<JsonNode> resources(String file) throws IOException {
    return YAML.readerFor(JsonNode.class)
        .<JsonNode>readValues(FOLDER.resolve(file).toFile())
        .readAll();
  }

  private static Settings pipeline() throws IOException {
    String pipeline = resources("pipeline.yaml").get(0).at("/data/pipeline.yaml").asText();
    return PipelineFile.parse("pipeline.yaml", pipeline, Path.of(""));
  }

  /** The pod of the job that creates the topics. */
  private static JsonNode topics() throws IOException {
    return resources("topics.yaml").get(0).at("/spec/template/spec");
  }

  private static JsonNode deployment() throws IOException {
    return YAML.readTree(FOLDER.resolve("millrace.yaml").toFile());
  }

  private static Map<String, String> flinkConfiguration() throws IOException {
    Map<String, String> configuration = new TreeMap<>();
    deployment()
        .at("/spec/flinkConfiguration")
        .properties()
        .forEach(option -> configuration.put(option.getKey(), option.getValue().asText()));
    return configuration;
  }
}
