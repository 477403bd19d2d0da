package dev.millrace.cli;

import dev.millrace.cli.console.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of a command in the macros of man(7), made of what its help says. */
final class ManPage {
  private static final String SECTION = "1";

  private final CommandSpec command;
  private final List<String> lines = new ArrayList<>();

  ManPage(CommandSpec command) {
    this.command = command;
  }

  /** Its name, such as {@code millrace-models-list}. */
  String name() {
    return name(command);
  }

  private static String name(CommandSpec command) {
    return command.qualifiedName("-").replaceFirst("^\\./", "");
  }

  /** The page. */
  String text() {
    lines.clear();
    lines.add(
        ".TH %s %s \"\" \"Millrace %s\" \"Millrace\""
            .formatted(name().toUpperCase(java.util.Locale.ROOT), SECTION, Version.current()));
    String[] description = command.usageMessage().description();
    section("NAME");
    lines.add(escaped(name()) + " \\- " + escaped(description[0].replaceFirst("\\.$", "")));
    section("SYNOPSIS");
    Help help = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF));
    text(help.synopsis(0).strip().replaceAll("\\s+", " "));
    section("DESCRIPTION");
    for (String line : description) {
      text(line);
    }
    arguments();
    commands();
    examples();
    seeAlso();
    return String.join("\n", lines) + "\n";
  }

  private void arguments() {
    List<PositionalParamSpec> parameters = command.positionalParameters();
    if (!parameters.isEmpty()) {
      section("ARGUMENTS");
      parameters.forEach(parameter -> item(italic(parameter.paramLabel()), parameter));
    }
    section("OPTIONS");
    for (OptionSpec option : command.options()) {
      String names =
          List.of(option.names()).stream().map(ManPage::bold).collect(Collectors.joining(", "));
      boolean takesValue = option.arity().max() > 0;
      item(takesValue ? names + " " + italic(option.paramLabel()) : names, option);
    }
  }

  private void item(String term, ArgSpec argument) {
    lines.add(".TP");
    lines.add(term);
    for (String line : argument.description()) {
      text(line);
    }
  }

  private void commands() {
    if (command.subcommands().isEmpty()) {
      return;
    }
    section("COMMANDS");
    command
        .subcommands()
        .forEach(
            (name, subcommand) -> {
              lines.add(".TP");
              lines.add(bold(name));
              text(subcommand.getCommandSpec().usageMessage().description()[0]);
            });
  }

  private void examples() {
    section("EXAMPLES");
    lines.add(".nf");
    for (String line : command.usageMessage().footer()) {
      if (line.startsWith(" ")) {
        text(line);
      }
    }
    lines.add(".fi");
  }

  private void seeAlso() {
    List<String> others = new ArrayList<>();
    if (command.parent() != null) {
      others.add(name(command.parent()));
    }
    command.subcommands().values().forEach(below -> others.add(name(below.getCommandSpec())));
    section("SEE ALSO");
    lines.add(
        others.stream()
            .map(other -> bold(other) + "(" + SECTION + ")")
            .collect(Collectors.joining(", ")));
  }

  private void section(String title) {
    lines.add(".SH " + title);
  }

  private void text(String line) {
    boolean isRequest = line.startsWith(".") || line.startsWith("'");
    lines.add((isRequest ? "\\&" : "") + escaped(line));
  }

  private static String bold(String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  private static String italic(String text) {
    return "\\fI" + escaped(text) + "\\fR";
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }
}
