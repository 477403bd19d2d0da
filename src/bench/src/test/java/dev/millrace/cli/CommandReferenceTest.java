package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The page with the help of every command. */
class CommandReferenceTest {
  private static final Path PAGE = Path.of("docs/reference/commands.md");

  @Test
  void thePageIsWhatTheCommandsSay() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Commands

            The help of each command, in the groups of `./millrace --help`; generated from the code.
            """);
    CommandLine root = Millrace.commandLine();
    appendHelp(root, page.append("\n## ./millrace\n"));
    for (CommandGroup group : CommandGroup.values()) {
      page.append("\n## ").append(group.title()).append('\n');
      group.names().forEach(name -> append(root.getSubcommands().get(name), page));
    }
    GeneratedPage.requireIs(PAGE, page.toString(), CommandReferenceTest.class);
  }

  @Test
  void everyCommandIsListedInExactlyOneGroup() {
    CommandLine root = Millrace.commandLine();
    List<String> help = root.getUsageMessage(Ansi.OFF).lines().toList();

    assertThat(CommandGroup.values())
        .flatExtracting(CommandGroup::names)
        .containsExactlyInAnyOrderElementsOf(root.getSubcommands().keySet())
        .contains("bench")
        .allSatisfy(
            name ->
                assertThat(help).filteredOn(line -> line.startsWith("  " + name + " ")).hasSize(1));
    assertThat(help)
        .containsSubsequence(
            "Start here:", "Run a pipeline:", "Watch it learn:", "Measure:", "Shell:");
  }

  @Test
  void everyCommandIsIntroducedByAWholeSentence() {
    assertThat(commands(Millrace.commandLine()))
        .hasSizeGreaterThan(30)
        .allSatisfy(
            command ->
                assertThat(command.usageMessage().description()[0])
                    .as(command.qualifiedName())
                    .matches("[A-Z].*[.]"));
  }

  @Test
  void aUsageBeginsWithWhatIsRequiredAndEndsWithTheOptionsOfEveryCommand() {
    assertThat(usage("evaluate")).startsWith("Usage: ./millrace evaluate --input=FILE [");
    assertThat(usage("watch")).startsWith("Usage: ./millrace watch (-c=FILE | ");
    assertThat(usage("models", "show")).contains(" KEY [-h] [--debug] ");
    assertThat(usage("topics", "create"))
        .startsWith(
            "Usage: ./millrace topics create -c=FILE [--timeout=SECONDS] [--cleanup=TOPIC=POLICY]..."
                + " [--partitions=N|TOPIC=N]... [--replication-factor=N|TOPIC=N]..."
                + " [--retention=TIME|TOPIC=TIME]...");
    assertThat(commands(Millrace.commandLine()))
        .extracting(command -> command.commandLine().getHelp().synopsis(0).replaceAll("\\s+", " "))
        .allSatisfy(usage -> assertThat(usage.strip()).endsWith("[-h] [--debug]"));
  }

  private static String usage(String... names) {
    CommandLine command = Millrace.commandLine();
    for (String name : names) {
      command = command.getSubcommands().get(name);
    }
    return command.getUsageMessage(Ansi.OFF).replaceAll("\\s+", " ");
  }

  private static List<CommandSpec> commands(CommandLine command) {
    List<CommandSpec> all = new ArrayList<>(List.of(command.getCommandSpec()));
    command.getSubcommands().values().forEach(sub -> all.addAll(commands(sub)));
    return all;
  }

  @Test
  void examplesFitTheWidthOfTheHelp() {
    assertThat(footers(Millrace.commandLine()))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(UsageMessageSpec.DEFAULT_USAGE_WIDTH));
  }

  private static List<String> footers(CommandLine command) {
    List<String> lines = new ArrayList<>(List.of(command.getCommandSpec().usageMessage().footer()));
    command.getSubcommands().values().forEach(sub -> lines.addAll(footers(sub)));
    return lines;
  }

  private static void append(CommandLine command, StringBuilder page) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.usageMessage().hidden()) {
      return;
    }
    // Commands of a command, such as those of bench, are below it.
    int level = 1 + spec.qualifiedName(" ").split(" ").length;
    page.append("\n").append("#".repeat(level)).append(' ');
    appendHelp(command, page.append(spec.qualifiedName()).append('\n'));
    command.getSubcommands().values().forEach(sub -> append(sub, page));
  }

  private static void appendHelp(CommandLine command, StringBuilder page) {
    command.getCommandSpec().usageMessage().width(UsageMessageSpec.DEFAULT_USAGE_WIDTH);
    page.append("\n```\n");
    page.append(command.getUsageMessage(Ansi.OFF).stripTrailing()).append("\n```\n");
  }
}
