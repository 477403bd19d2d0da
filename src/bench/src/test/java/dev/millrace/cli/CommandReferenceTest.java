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
    appendHelp(command, page.append("\n### ").append(spec.qualifiedName()).append('\n'));
    command.getSubcommands().values().forEach(sub -> append(sub, page));
  }

  private static void appendHelp(CommandLine command, StringBuilder page) {
    command.getCommandSpec().usageMessage().width(UsageMessageSpec.DEFAULT_USAGE_WIDTH);
    page.append("\n```\n");
    page.append(command.getUsageMessage(Ansi.OFF).stripTrailing()).append("\n```\n");
  }
}
