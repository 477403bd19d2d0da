package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart, rendered by Helm; the files for kubectl are what it renders too. */
class HelmChartTest {
  private static final Path CHART = Path.of("deploy", "helm", "millrace");
  private static final Path PLAIN = Path.of("deploy", "helm", "plain.yaml");
  private static final Path FOLDER = Path.of("deploy", "kubernetes");
  private static final String[] NEEDED = {
    "image=registry/millrace:1", "pipeline=pipeline: fraud", "state.storageClassName=efs-sc"
  };
  private static final Pattern VALUES_OF_THE_DOCS =
      Pattern.compile("(?s)```yaml\n(# fraud-values.yaml\n.*?)```");
  private static final Pattern SET_OF_THE_DOCS = Pattern.compile(" --set (\\S+)");
  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void theFilesForKubectlAreWhatTheChartRenders() throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (String part : command(CHART).withValuesFile(PLAIN).call().split("(?m)^---\n# Source: ")) {
      if (!part.isBlank()) {
        int line = part.indexOf('\n');
        String template = part.substring(part.lastIndexOf('/', line) + 1, line);
        String file = template.replace("deployment.yaml", "millrace.yaml");
        files.merge(file, part.substring(line).strip() + "\n", (a, b) -> a + "---\n" + b);
      }
    }

    try (Stream<Path> all = Files.list(FOLDER)) {
      assertThat(files.keySet())
          .containsExactlyElementsOf(all.map(path -> "" + path.getFileName()).sorted().toList());
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      GeneratedPage.requireIs(FOLDER.resolve(file.getKey()), file.getValue(), getClass());
    }
  }

  @Test
  void theChartHasTheVersionOfTheProjectAndTheLogConfigurationOfTheImage() throws IOException {
    JsonNode chart = YAML.readTree(CHART.resolve("Chart.yaml").toFile());
    String pom = Files.readString(Path.of("pom.xml"));
    String file = "log4j-console.properties";

    assertThat(chart.path("appVersion")).isEqualTo(chart.path("version"));
    assertThat(pom).contains("<revision>" + chart.path("version").asText() + "</revision>");
    GeneratedPage.requireIs(
        CHART.resolve("files").resolve(file),
        Files.readString(Path.of("flink-conf", file)),
        getClass());
  }

  @Test
  void helmFindsNothingToCorrect() {
    LintResult result = new Helm(CHART).lint().strict().call();

    assertThat(result.getMessages()).containsExactly("[INFO] Chart.yaml: icon is recommended");
    assertThat(result.isFailed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pipelin=x              | at '': additional properties 'pipelin' not allowed",
        "state.storageClas=x    | at '/state': additional properties 'storageClas' not allowed",
        "state.directory=/data  | at '/state/directory': '/data' does not match pattern",
        "jobManager.memory=1gb  | at '/jobManager/memory': '1gb' does not match pattern",
        "parallelism=two        | at '/parallelism': got string, want integer",
        "flinkConfiguration.a=2 | at '/flinkConfiguration/a': got number, want string"
      })
  void aWrongValueIsRejectedByItsName(String value, String problem) {
    String[] values = Arrays.copyOf(NEEDED, NEEDED.length + 1);
    values[NEEDED.length] = value;

    assertThatThrownBy(() -> render(CHART, values)).hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image    | Set image to the one that you built and pushed: --set image=",
        "pipeline | Set pipeline to the content of the pipeline file: --set-file pipeline=",
        "state    | Set state.storageClassName to a class with ReadWriteMany, state.existingClaim"
      })
  void aMissingValueIsAskedForWithTheOptionThatSetsIt(String missing, String remedy) {
    String[] values =
        Stream.of(NEEDED).filter(value -> !value.startsWith(missing)).toArray(String[]::new);

    assertThatThrownBy(() -> render(CHART, values)).hasMessageContaining("): " + remedy);
  }

  @Test
  void everyValueIsDeclaredInTheSchemaAndHasADefault() throws IOException {
    JsonNode schema = YAML.readTree(CHART.resolve("values.schema.json").toFile());
    List<String> declared = new ArrayList<>();
    addNames(schema, "", declared);
    List<String> defaults = new ArrayList<>();
    addNames(asSchema(YAML.readTree(CHART.resolve("values.yaml").toFile())), "", defaults);

    // Helm adds it where the chart is a part of another one.
    declared.remove("/global");
    // Their names are the user's.
    defaults.removeIf(name -> name.startsWith("/podMonitor/labels/"));
    assertThat(declared).containsExactlyInAnyOrderElementsOf(defaults);
  }

  @Test
  void otherValuesChangeFieldsThatTheOperatorKnows(@TempDir Path folder) throws IOException {
    Path values =
        Files.writeString(
            folder.resolve("values.yaml"),
            """
            image: registry/millrace:1
            pipeline: "pipeline: fraud"
            imagePullSecrets: [{ name: registry }]
            env: [{ name: MILLRACE_LOG_FORMAT, value: json }]
            state: { directory: "s3://bucket/millrace" }
            autoscaler: { enabled: false }
            flinkConfiguration: { env.java.opts.all: -Xlog, s3.endpoint: "http://minio" }
            suspended: true
            restore: { savepoint: "s3://bucket/savepoint", nonce: 7 }
            savepoint: before-0-2-0
            """);

    Map<String, JsonNode> resources = byName(command(CHART).withValuesFile(values).call());

    for (JsonNode resource : resources.values()) {
      assertThat(ResourceDefinitions.problems(resource)).isEmpty();
    }
    assertThat(resources)
        .containsOnlyKeys(
            "NetworkPolicy/millrace",
            "ConfigMap/millrace-pipeline",
            "FlinkDeployment/millrace",
            "FlinkStateSnapshot/millrace-before-0-2-0");
    JsonNode spec = resources.get("FlinkDeployment/millrace").path("spec");
    JsonNode pod = spec.at("/podTemplate/spec");
    assertThat(pod.at("/imagePullSecrets/0/name").asText()).isEqualTo("registry");
    assertThat(pod.at("/containers/0/env")).hasSize(1);
    assertThat(pod.path("volumes"))
        .extracting(v -> v.path("name").asText())
        .containsOnly("pipeline");
    JsonNode options = spec.path("flinkConfiguration");
    assertThat(options.path("execution.checkpointing.dir").asText())
        .isEqualTo("s3://bucket/millrace/checkpoints");
    assertThat(options.path("job.autoscaler.enabled").asText()).isEqualTo("false");
    assertThat(options.path("env.java.opts.all").asText()).isEqualTo("-Xlog");
    assertThat(options.path("s3.endpoint").asText()).isEqualTo("http://minio");
    assertThat(spec.at("/job/state").asText()).isEqualTo("suspended");
    assertThat(spec.at("/job/initialSavepointPath").asText()).isEqualTo("s3://bucket/savepoint");
    assertThat(spec.at("/job/savepointRedeployNonce").asInt()).isEqualTo(7);
  }

  @Test
  void theCommandsOfTheDocsSetValuesThatThereAre(@TempDir Path folder) throws IOException {
    String page = Files.readString(Path.of("docs", "deploy.md"));
    Matcher file = VALUES_OF_THE_DOCS.matcher(page);
    assertThat(file.find()).isTrue();
    Path values = Files.writeString(folder.resolve("values.yaml"), file.group(1));

    List<Map<String, JsonNode>> rendered = new ArrayList<>();
    for (String line : page.lines().filter(l -> l.startsWith("helm upgrade --install ")).toList()) {
      String[] set =
          SET_OF_THE_DOCS.matcher(line).results().map(m -> m.group(1)).toArray(String[]::new);
      String name = line.split(" ")[3];
      assertThat(line).contains("deploy/helm/millrace -f fraud-values.yaml --set-file pipeline=");
      rendered.add(
          byName(
              command(CHART, set)
                  .withName(name)
                  .withValuesFile(values)
                  .set("pipeline", "pipeline: fraud")
                  .call()));
    }

    assertThat(rendered)
        .hasSize(5)
        .allSatisfy(
            resources ->
                assertThat(resources.keySet())
                    .anyMatch(name -> name.startsWith("FlinkDeployment/fraud")));
  }

  /** Flink's operator compares specs, thus not what a ConfigMap has. */
  @Test
  void anotherPipelineFileChangesTheDeployment() throws IOException {
    JsonNode first = deployment("pipeline=pipeline: fraud");
    JsonNode second = deployment("pipeline=pipeline: payments");

    assertThat(deployment("pipeline=pipeline: fraud")).isEqualTo(first);
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void theModelsOutliveTheRelease() throws IOException {
    JsonNode claim = byName(render(CHART, NEEDED)).get("PersistentVolumeClaim/millrace-state");

    assertThat(claim.at("/metadata/annotations/helm.sh~1resource-policy").asText())
        .isEqualTo("keep");
    assertThat(claim.at("/spec/accessModes/0").asText()).isEqualTo("ReadWriteMany");
    assertThat(byName(render(CHART, with("state.existingClaim=models"))))
        .doesNotContainKey("PersistentVolumeClaim/millrace-state");
  }

  @Test
  void topicsAreCreatedBeforeAnInstallationAndEachUpgrade(@TempDir Path folder) throws IOException {
    String template = Files.readString(CHART.resolve("templates/topics.yaml"));
    String hook = "helm.sh/hook: pre-install,pre-upgrade\n";
    // Helm's library leaves hooks out of what it renders.
    Path copy = copyOfTheChart(folder);
    Files.writeString(copy.resolve("templates/topics.yaml"), template.replace(hook, "hook: 1\n"));

    Map<String, JsonNode> resources = byName(render(copy, NEEDED));
    JsonNode job = resources.get("Job/millrace-topics");

    assertThat(template.split(hook, -1)).hasSize(3);
    assertThat(ResourceDefinitions.problems(job)).isEmpty();
    JsonNode pod = job.at("/spec/template/spec");
    String file = pod.at("/volumes/1/configMap/name").asText();
    assertThat(resources.get("ConfigMap/" + file).at("/data/pipeline.yaml").asText())
        .isEqualTo("pipeline: fraud\n");
    assertThat(pod.at("/containers/0/args"))
        .extracting(JsonNode::asText)
        .containsSubsequence("topics", "create", "--partitions", "examples=24");
    assertThat(byName(render(copy, with("topics.enabled=false"))))
        .doesNotContainKeys("Job/millrace-topics", "ConfigMap/" + file);
  }

  @Test
  void twoReleasesInOneNamespaceShareNothing() throws IOException {
    String[] values = with("podMonitor.enabled=true");
    Map<String, JsonNode> one = byName(render(CHART, values));
    Map<String, JsonNode> two = byName(command(CHART, values).withName("fraud").call());

    assertThat(two).hasSameSizeAs(one).doesNotContainKeys(one.keySet().toArray(String[]::new));
    JsonNode labels = two.get("FlinkDeployment/fraud").at("/spec/podTemplate/metadata/labels");
    assertThat(labels.path("app.kubernetes.io/instance").asText()).isEqualTo("fraud");
    assertThat(two.get("NetworkPolicy/fraud").at("/spec/podSelector/matchLabels"))
        .isEqualTo(labels);
    assertThat(two.get("PodMonitor/fraud").at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(two.get("FlinkDeployment/fraud").toString())
        .contains("fraud-pipeline", "fraud-state");
  }

  private static JsonNode deployment(String... values) throws IOException {
    return byName(render(CHART, with(values))).get("FlinkDeployment/millrace");
  }

  private static String[] with(String... values) {
    return Stream.concat(Stream.of(NEEDED), Stream.of(values)).toArray(String[]::new);
  }

  private static String render(Path chart, String... values) {
    return command(chart, values).call();
  }

  private static TemplateCommand command(Path chart, String... values) {
    TemplateCommand command =
        new Helm(chart).template().withName("millrace").withKubeVersion("1.30.0");
    for (String value : values) {
      String[] parts = value.split("=", 2);
      command.set(parts[0], parts[1]);
    }
    return command;
  }

  private static Map<String, JsonNode> byName(String rendered) throws IOException {
    Map<String, JsonNode> resources = new TreeMap<>();
    for (JsonNode resource :
        YAML.readerFor(JsonNode.class).<JsonNode>readValues(rendered).readAll()) {
      resources.put(
          resource.path("kind").asText() + "/" + resource.at("/metadata/name").asText(), resource);
    }
    return resources;
  }

  private static Path copyOfTheChart(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(CHART)) {
      for (Path path : all.toList()) {
        Files.copy(path, folder.resolve("chart").resolve("" + CHART.relativize(path)));
      }
    }
    return folder.resolve("chart");
  }

  /** Adds the names in {@code properties}, below the place of the schema that they are in. */
  private static void addNames(JsonNode schema, String place, List<String> names) {
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              String name = place + "/" + property.getKey();
              names.add(name);
              addNames(property.getValue(), name, names);
            });
  }

  /** Returns the values as a schema that has their names. */
  private static JsonNode asSchema(JsonNode values) {
    var schema = YAML.createObjectNode();
    if (values.getNodeType() == JsonNodeType.OBJECT && !values.isEmpty()) {
      var properties = schema.putObject("properties");
      values.properties().forEach(v -> properties.set(v.getKey(), asSchema(v.getValue())));
    }
    return schema;
  }
}
