package dev.millrace.cli;

import static java.util.stream.Collectors.joining;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.LogWriteFailure;
import dev.millrace.cli.console.StandardOutput;
import dev.millrace.cli.console.Version;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.simd.KernelProvider;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code ./millrace COMMAND}. */
@Command(
    name = "./millrace",
    description = "Neural networks that learn from live Kafka streams, one per key.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    commandListHeading = "",
    footer = {"", "Example:", "  ./millrace demo"})
public final class Millrace implements Runnable {
  private static final String LOG_CONFIGURATION = "log4j2.configurationFile";
  private static final Pattern WRONG_VALUE =
      Pattern.compile("Invalid value for option '(?<option>[^']+)'.*?: (?<problem>must be .*)");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Prints this help.")
  @SuppressWarnings("unused") // picocli handles it
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Prints the versions in use.")
  @SuppressWarnings("unused") // picocli handles it
  private boolean versionAsked;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Prints the stack trace of a failure.")
  private boolean debug;

  @Spec private CommandSpec spec;

  /**
   * Runs one command and exits with 0 (done), 1 (failed) or 2 (wrong usage or configuration). A JVM
   * of the launcher exits with 3 when it is out of memory.
   */
  public static void main(String[] args) {
    // Before any class that logs: messages of Kafka and Flink go to a file.
    if (System.getProperty(LOG_CONFIGURATION) == null) {
      System.setProperty(LOG_CONFIGURATION, "log4j2-cli.properties");
    }
    LogFile.choose();
    PrintWriter err = errors();
    LogWriteFailure.reportTo(err);
    // Numbers have one format in every locale, for scripts.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    CommandLine commandLine = commandLine();
    StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    commandLine.setOut(writer(out));
    commandLine.setErr(err);
    try {
      LogFile.checkLevel();
      KernelProvider.checkSettings();
    } catch (IllegalArgumentException e) {
      commandLine.getErr().println(e.getMessage());
      System.exit(ExitCode.USAGE);
    }
    int exitCode = commandLine.execute(args);
    commandLine.getOut().flush();
    System.exit(out.failure().isPresent() ? reportOutput(out, commandLine, exitCode) : exitCode);
  }

  private static int reportOutput(StandardOutput out, CommandLine commandLine, int exitCode) {
    commandLine
        .getErr()
        .printf(
            "Standard output is incomplete, because it could not be written: %s%n",
            out.failure().orElseThrow());
    return exitCode == ExitCode.OK ? ExitCode.SOFTWARE : exitCode;
  }

  /** Returns the command line with all commands and error handlers. */
  public static CommandLine commandLine() {
    Millrace root = new Millrace();
    CommandLine commandLine = new CommandLine(root);
    CommandGroup.addAll(commandLine);
    commandLine.setHelpFactory(CommandHelp::new);
    convertNames(commandLine);
    commandLine.setAbbreviatedOptionsAllowed(false);
    commandLine.setParameterExceptionHandler(Millrace::reportUsage);
    commandLine.setExecutionExceptionHandler(root::reportFailure);
    reflow(commandLine);
    return commandLine;
  }

  /** Lets options take constants as pipeline files spell them, such as {@code at-least-once}. */
  private static void convertNames(CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      if (argument.auxiliaryTypes()[0].isEnum()) {
        convertNames(command, argument.auxiliaryTypes()[0]);
      }
    }
    command.getSubcommands().values().forEach(Millrace::convertNames);
  }

  private static <E> void convertNames(CommandLine command, Class<E> type) {
    Map<String, E> constants = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      if (constant != Task.MULTI_TARGET) { // several columns, rather than a choice
        constants.put(KebabCase.of((Enum<?>) constant), constant);
      }
    }
    command.registerConverter(
        type,
        text -> {
          E constant = constants.get(text.toLowerCase(Locale.ROOT).replace('_', '-'));
          if (constant == null) {
            throw new TypeConversionException(
                "must be one of %s, but was %s"
                    .formatted(String.join(", ", constants.keySet()), text));
          }
          return constant;
        });
  }

  /** Joins the lines of a description after the first to one paragraph, for any width. */
  private static void reflow(CommandLine command) {
    UsageMessageSpec help = command.getCommandSpec().usageMessage();
    String[] lines = help.description();
    if (lines.length > 2) {
      String paragraph = Arrays.stream(lines).skip(1).map(String::strip).collect(joining(" "));
      help.description(lines[0], paragraph);
    }
    command.getSubcommands().values().forEach(Millrace::reflow);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing");
  }

  private static int reportUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(usageMessage(e));
    err.printf("Try: %s --help%n", command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE;
  }

  private static String usageMessage(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().get(0);
      CommandSpec command = e.getCommandLine().getCommandSpec();
      String nearest =
          Suggestions.nearest(
              argument,
              unmatched.isUnknownOption()
                  ? command.optionsMap().keySet()
                  : command.subcommands().keySet());
      return "%s is not %s here.%s"
          .formatted(
              argument,
              unmatched.isUnknownOption() ? "an option" : "expected",
              nearest == null ? "" : " Did you mean " + nearest + "?");
    }
    // picocli lists several possibilities in one line each.
    String message = String.valueOf(e.getMessage()).strip().replaceFirst("^Error: ", "");
    String line = message.lines().findFirst().orElse(message);
    Matcher wrong = WRONG_VALUE.matcher(line);
    if (wrong.matches()) {
      line = wrong.group("option") + " " + wrong.group("problem");
    }
    return line.endsWith(".") ? line : line + ".";
  }

  private int reportFailure(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (debug) {
      e.printStackTrace(err);
    }
    if (e instanceof CliError error) {
      err.println(error.getMessage());
      return error.exitCode();
    }
    if (e instanceof InvalidPipelineException invalid) {
      err.println(invalid.getMessage());
      return ExitCode.USAGE;
    }
    err.printf("Unexpected: %s%n", e.toString().lines().findFirst().orElse(""));
    if (!debug) {
      err.println(
          "Run it again with --debug for the stack trace. The log is " + LogFile.file() + ".");
    }
    return ExitCode.SOFTWARE;
  }

  /** Returns standard error, or the descriptor in which the launcher has kept it. */
  private static PrintWriter errors() {
    Integer kept = Integer.getInteger("millrace.stderr.fd");
    return writer(new FileOutputStream(kept == null ? FileDescriptor.err : descriptor(kept)));
  }

  // Opening /dev/fd/3 would be wrong for a file: it would get a new position, and overwrite.
  private static FileDescriptor descriptor(int number) {
    try {
      Constructor<FileDescriptor> constructor =
          FileDescriptor.class.getDeclaredConstructor(int.class);
      constructor.setAccessible(true);
      return constructor.newInstance(number);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      return FileDescriptor.err; // filtered, but complete
    }
  }

  // Not System.out, which hides that the reader has closed the pipe.
  private static PrintWriter writer(OutputStream out) {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }
}
