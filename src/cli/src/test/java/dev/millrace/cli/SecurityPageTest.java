package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/security.md and SECURITY.md against the code. */
class SecurityPageTest {
  private static final String REST =
      """
      pipeline: fraud
      input: { label: class, task: binary, id: event_id, labels: { topic: labels } }
      models: { a: auto, b: { layers: [{ units: 2 }] } }
      output: { predictions: true, summary: true }
      """;

  static Stream<String> examples() {
    return Stream.of(DocumentedRights.PAGE, Path.of("SECURITY.md"))
        .flatMap(DocumentedRights::examples);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsAValidPipelineWithoutASecretInIt(String yaml) {
    Settings settings = PipelineFile.parse("page.yaml", yaml + REST, null);

    assertThat(settings.kafka().get("security.protocol")).isIn("SSL", "SASL_SSL");
  }

  @Test
  void thereIsAnExampleOfEachWayToLogIn() {
    assertThat(examples().collect(Collectors.joining()))
        .contains("ssl.truststore.location", "ssl.keystore.location", "OAUTHBEARER")
        .contains("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "AWS_MSK_IAM");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyClassOfAnExampleExists(String yaml) throws ClassNotFoundException {
    Pattern name = Pattern.compile("[a-z]+(?:\\.[a-z]+)+\\.[A-Z]\\w+");

    for (MatchResult found : name.matcher(yaml).results().toList()) {
      assertThat(Class.forName(found.group(), false, getClass().getClassLoader())).isNotNull();
    }
  }

  @Test
  void theRightsOfRunAreThoseOfTheTopicsGroupsAndTransactionsOfTheJob() throws IOException {
    Settings settings = settings();

    List<AclBinding> rights = DocumentedRights.of("run", settings);

    Set<String> read = names(rights, ResourceType.TOPIC, AclOperation.READ);
    Set<String> written = names(rights, ResourceType.TOPIC, AclOperation.WRITE);
    Set<String> outputs = new HashSet<>(settings.output().topics());
    outputs.remove("fraud.commands");
    assertThat(written).isEqualTo(outputs);
    // With exactly-once the outputs too: a restored sink lists their open transactions.
    assertThat(read)
        .hasSize(settings.input().topics().size() + settings.output().topics().size())
        .containsAll(settings.input().topics())
        .containsAll(settings.output().topics());
    assertThat(names(rights, ResourceType.GROUP, AclOperation.READ))
        .containsExactlyInAnyOrder(
            "millrace-fraud", "millrace-fraud/commands", "millrace-fraud/lease");
    assertThat(names(rights, ResourceType.TRANSACTIONAL_ID, AclOperation.WRITE))
        .containsExactly("millrace-fraud/");
  }

  @Test
  void noCommandNeedsToAlterOrDelete() throws IOException {
    assertThat(DocumentedRights.read())
        .hasSizeGreaterThan(15)
        .allSatisfy(
            right ->
                assertThat(right.operations())
                    .isSubsetOf(
                        AclOperation.READ,
                        AclOperation.WRITE,
                        AclOperation.DESCRIBE,
                        AclOperation.CREATE));
  }

  @Test
  void everyCommandOfTheTableExists() throws IOException {
    Set<String> commands = Millrace.commandLine().getSubcommands().keySet();
    Pattern name = Pattern.compile("`([a-z]+)[^`:]*`");

    for (DocumentedRights.Right right : DocumentedRights.read()) {
      assertThat(name.matcher(right.commands()).results().map((MatchResult m) -> m.group(1)))
          .isNotEmpty()
          .isSubsetOf(commands);
    }
  }

  private static Settings settings() {
    return PipelineFile.parse("page.yaml", "kafka: { bootstrap.servers: 'a:1' }\n" + REST, null);
  }

  private static Set<String> names(
      List<AclBinding> rights, ResourceType type, AclOperation operation) {
    return rights.stream()
        .filter(right -> right.pattern().resourceType() == type)
        .filter(right -> right.entry().operation() == operation)
        .map(right -> right.pattern().name())
        .collect(Collectors.toSet());
  }
}
