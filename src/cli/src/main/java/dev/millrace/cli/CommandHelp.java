package dev.millrace.cli;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Help whose usage begins with what is required and ends with the options of every command. */
final class CommandHelp extends Help {
  CommandHelp(CommandSpec command, ColorScheme colorScheme) {
    super(command, colorScheme);
  }

  @Override
  public String detailedSynopsis(
      int headingLength, Comparator<OptionSpec> order, boolean clusterBooleanOptions) {
    Set<ArgSpec> shown = new HashSet<>();
    Ansi.Text usage = createDetailedSynopsisGroupsText(shown);
    Set<ArgSpec> inGroups = Set.copyOf(shown);
    for (boolean isRequired : new boolean[] {true, false}) {
      usage =
          usage.concat(
              synopsis(
                  inGroups,
                  options(false).stream().filter(o -> o.required() == isRequired).toList(),
                  order,
                  false));
    }
    usage =
        usage
            .concat(createDetailedSynopsisPositionalsText(inGroups))
            .concat(createDetailedSynopsisCommandText())
            .concat(synopsis(inGroups, options(true), order, true));
    return insertSynopsisCommandName(headingLength, usage);
  }

  private Ansi.Text synopsis(
      Set<ArgSpec> inGroups,
      List<OptionSpec> options,
      Comparator<OptionSpec> order,
      boolean shortFirst) {
    return createDetailedSynopsisOptionsText(inGroups, options, order, shortFirst);
  }

  /** Returns the options of this command, or those that every command has. */
  private List<OptionSpec> options(boolean areCommon) {
    return commandSpec().options().stream()
        .filter(
            option -> (option.usageHelp() || option.longestName().equals("--debug")) == areCommon)
        .toList();
  }
}
