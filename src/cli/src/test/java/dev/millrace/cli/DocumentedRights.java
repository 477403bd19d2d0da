package dev.millrace.cli;

import dev.millrace.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What docs/reference/rights.md says that each command needs on Kafka. */
public final class DocumentedRights {
  static final Path PAGE = Path.of("docs/security.md");
  private static final Path RIGHTS = Path.of("docs/reference/rights.md");

  /**
   * A row of the table.
   *
   * @param commands in the words of the page, such as "`watch`, `dashboard`"
   */
  record Right(String commands, String resource, String name, List<AclOperation> operations) {}

  private DocumentedRights() {}

  static List<Right> read() throws IOException {
    Pattern row = Pattern.compile("(?m)^\\| (.*`.*) \\| (.*) \\| `(.*)` \\| (.*) \\|$");
    String page = Files.readString(RIGHTS);
    String table = page.substring(page.indexOf("## What each command needs"));
    return row.matcher(table).results().map(DocumentedRights::right).toList();
  }

  /** The {@code kafka} parts of pipeline files on a page. */
  static Stream<String> examples(Path page) {
    try {
      Pattern block = Pattern.compile("(?s)```yaml\n(kafka:.*?)```");
      return block.matcher(Files.readString(page)).results().map(found -> found.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The examples of the page that need no more than a broker. */
  public static Stream<String> examplesForABroker() {
    return examples(PAGE)
        .filter(yaml -> !yaml.contains("OAUTHBEARER") && !yaml.contains("AWS_MSK_IAM"));
  }

  private static Right right(MatchResult row) {
    return new Right(
        row.group(1),
        row.group(2),
        row.group(3),
        Arrays.stream(row.group(4).split(", "))
            .map(operation -> AclOperation.fromString(operation.toUpperCase(Locale.ROOT)))
            .toList());
  }

  /** The rights of a command for the user of the same name. */
  public static List<AclBinding> of(String command, Settings settings) throws IOException {
    List<AclBinding> rights = new ArrayList<>();
    for (Right right : read()) {
      if (right.commands().contains("`" + command + "`")) {
        for (String name : names(right, settings)) {
          right.operations().forEach(op -> rights.add(binding(command, right, name, op)));
        }
      }
    }
    return rights;
  }

  private static AclBinding binding(String user, Right right, String name, AclOperation what) {
    ResourceType type =
        switch (right.resource()) {
          case "topic" -> ResourceType.TOPIC;
          case "group" -> ResourceType.GROUP;
          case "transactional id, prefixed" -> ResourceType.TRANSACTIONAL_ID;
          default -> throw new IllegalArgumentException(right.toString());
        };
    boolean isPrefix = right.resource().endsWith("prefixed");
    return new AclBinding(
        new ResourcePattern(type, name, isPrefix ? PatternType.PREFIXED : PatternType.LITERAL),
        new AccessControlEntry("User:" + user, "*", what, AclPermissionType.ALLOW));
  }

  private static List<String> names(Right right, Settings settings) {
    Settings.Output output = settings.output();
    List<String> inputs = settings.input().topics();
    String commands = output.commands();
    return switch (right.name()) {
      case "input.topic" -> List.of(settings.input().topic());
      case "input.labels.topic" -> inputs.subList(1, inputs.size());
      case "output.topics.metrics" -> List.of(output.metrics());
      case "output.topics.events" -> List.of(output.events());
      case "output.topics.dead-letters" -> List.of(output.deadLetters());
      case "output.topics.models" -> List.of(output.models());
      case "output.topics.summary" ->
          output.publish().summary() ? List.of(output.summary()) : List.of();
      case "output.topics.commands" -> commands == null ? List.of() : List.of(commands);
      case "output.topics.*" ->
          output.topics().stream()
              .filter(topic -> !right.commands().startsWith("`run`") || !topic.equals(commands))
              .toList();
      case "millrace-PIPELINE" -> List.of(settings.consumerGroup());
      case "millrace-PIPELINE/commands" ->
          commands == null ? List.of() : List.of(settings.commandsGroup());
      default -> List.of(right.name().replace("PIPELINE", settings.pipeline()));
    };
  }
}
