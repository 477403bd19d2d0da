package dev.millrace.cli;

import dev.millrace.cli.console.OutputFile;
import dev.millrace.config.yaml.Suggestions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints and installs manual pages. */
@Command(
    name = "man",
    description = {
      "Prints the manual page of a command, or writes those of all commands to a directory."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace man run | man -l -",
      "  ./millrace man --dir ~/.local/share/man/man1"
    })
final class ManCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      description = "The command, such as: models list (default: ./millrace itself).")
  private List<String> words = List.of();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Writes the pages of all commands there instead, as NAME.1.")
  private Path directory;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (directory == null) {
      out.print(new ManPage(find()).text());
      out.flush();
      return 0;
    }
    if (!words.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--dir writes the pages of all commands; leave out " + words.get(0));
    }
    Set<CommandSpec> commands = new LinkedHashSet<>();
    collect(spec.root(), commands);
    for (CommandSpec command : commands) {
      write(new ManPage(command));
    }
    out.printf("Wrote %d pages to %s.%n", commands.size(), directory);
    return 0;
  }

  private CommandSpec find() {
    CommandSpec command = spec.root();
    for (String word : words) {
      CommandLine below = command.subcommands().get(word);
      if (below == null) {
        String nearest = Suggestions.nearest(word, command.subcommands().keySet());
        throw new ParameterException(
            spec.commandLine(),
            "%s is not a command of %s.%s"
                .formatted(
                    word,
                    command.qualifiedName(),
                    nearest == null ? "" : " Did you mean " + nearest + "?"));
      }
      command = below.getCommandSpec();
    }
    return command;
  }

  private static void collect(CommandSpec command, Set<CommandSpec> all) {
    all.add(command);
    command.subcommands().values().forEach(below -> collect(below.getCommandSpec(), all));
  }

  private void write(ManPage page) {
    Path file = directory.resolve(page.name() + ".1");
    try {
      Files.createDirectories(directory);
      Files.writeString(file, page.text());
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }
}
