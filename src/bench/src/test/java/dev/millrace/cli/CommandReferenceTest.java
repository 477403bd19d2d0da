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

            What each command says to `--help`; generated from the code. `./millrace man --dir DIR` writes the same as manual pages.
            """);
    append(Millrace.commandLine(), page);
    GeneratedPage.requireIs(PAGE, page.toString(), CommandReferenceTest.class);
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
    CommandLine.Model.CommandSpec spec = command.getCommandSpec();
    if (spec.usageMessage().hidden()) {
      return;
    }
    spec.usageMessage().width(UsageMessageSpec.DEFAULT_USAGE_WIDTH);
    page.append("\n## ").append(spec.qualifiedName()).append("\n\n```\n");
    page.append(command.getUsageMessage(Ansi.OFF).stripTrailing()).append("\n```\n");
    command.getSubcommands().values().forEach(sub -> append(sub, page));
  }
}
