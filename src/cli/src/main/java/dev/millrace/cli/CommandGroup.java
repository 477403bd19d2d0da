package dev.millrace.cli;

import dev.millrace.cli.cluster.ClusterCommand;
import dev.millrace.cli.cluster.RescaleCommand;
import dev.millrace.cli.cluster.SavepointCommand;
import dev.millrace.cli.cluster.StopCommand;
import dev.millrace.cli.dashboard.DashboardCommand;
import dev.millrace.cli.deadletters.DlqCommand;
import dev.millrace.cli.demo.DemoCommand;
import dev.millrace.cli.doctor.DoctorCommand;
import dev.millrace.cli.doctor.ValidateCommand;
import dev.millrace.cli.evaluate.EvaluateCommand;
import dev.millrace.cli.init.InitCommand;
import dev.millrace.cli.init.SchemaCommand;
import dev.millrace.cli.kafka.BrokerCommand;
import dev.millrace.cli.models.EraseCommand;
import dev.millrace.cli.models.ModelsCommand;
import dev.millrace.cli.models.PromoteCommand;
import dev.millrace.cli.predictions.PredictionsCommand;
import dev.millrace.cli.produce.ProduceCommand;
import dev.millrace.cli.run.RunCommand;
import dev.millrace.cli.serve.PredictCommand;
import dev.millrace.cli.serve.ServeCommand;
import dev.millrace.cli.tensorboard.TensorBoardCommand;
import dev.millrace.cli.topics.TopicsCommand;
import dev.millrace.cli.watch.WatchCommand;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Commands of {@code ./millrace}, in the groups and the order of its help. */
enum CommandGroup {
  START(
      "Start here",
      DemoCommand.class,
      InitCommand.class,
      ValidateCommand.class,
      EvaluateCommand.class,
      DoctorCommand.class),
  RUN(
      "Run a pipeline",
      RunCommand.class,
      ClusterCommand.class,
      SavepointCommand.class,
      RescaleCommand.class,
      StopCommand.class),
  WATCH("Watch it learn", WatchCommand.class, DashboardCommand.class, TensorBoardCommand.class),
  MODELS(
      "Use its models",
      PredictCommand.class,
      PredictionsCommand.class,
      ServeCommand.class,
      ModelsCommand.class,
      PromoteCommand.class,
      EraseCommand.class),
  KAFKA(
      "Topics and records",
      BrokerCommand.class,
      TopicsCommand.class,
      ProduceCommand.class,
      SchemaCommand.class,
      DlqCommand.class),
  MEASURE("Measure", addedCommands()),
  SHELL("Shell", CompletionCommand.class, HelpCommand.class);

  private static final int GAP = 2;

  private final String title;
  private final List<Class<?>> commands;

  CommandGroup(String title, Class<?>... commands) {
    this.title = title;
    this.commands = List.of(commands);
  }

  private static Class<?>[] addedCommands() {
    return ServiceLoader.load(AddedCommand.class).stream()
        .map(ServiceLoader.Provider::type)
        .toArray(Class<?>[]::new);
  }

  /** Adds the commands of all groups to the command line and its help. */
  static void addAll(CommandLine root) {
    for (CommandGroup group : values()) {
      group.commands.forEach(root::addSubcommand);
    }
    root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroup::list);
  }

  String title() {
    return title;
  }

  /** Returns the names of its commands. */
  List<String> names() {
    return commands.stream().map(command -> command.getAnnotation(Command.class).name()).toList();
  }

  private static String list(Help help) {
    Map<String, Help> commands = help.subcommands();
    int width = commands.keySet().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder list = new StringBuilder();
    for (CommandGroup group : values()) {
      if (group.commands.isEmpty()) {
        continue; // no module adds commands to it
      }
      list.append(help.createHeading("%n" + group.title + ":%n"));
      TextTable table =
          TextTable.forColumns(
              help.colorScheme(),
              new Column(width + GAP, GAP, Overflow.SPAN),
              new Column(
                  help.commandSpec().usageMessage().width() - width - GAP, GAP, Overflow.WRAP));
      for (String name : group.names()) {
        Help command = Objects.requireNonNull(commands.get(name));
        table.addRowValues(
            command.commandNamesText(", "),
            help.colorScheme().text(command.commandSpec().usageMessage().description()[0]));
      }
      table.toString(list);
    }
    return list.toString();
  }
}
