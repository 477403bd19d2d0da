package dev.millrace.cli;

import static java.util.stream.Collectors.joining;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.LogWriteFailure;
import dev.millrace.cli.console.StandardOutput;
import dev.millrace.cli.console.Version;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.config.yaml.Suggestions;
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
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
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
  private static final Pattern WRONG_CHOICE =
      Pattern.compile(
          "Invalid value for option '(?<option>[^']+)'.*: expected one of \\[(?<choices>.*)]"
              + " \\(case-insensitive\\) but was '(?<value>.*)'");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  @SuppressWarnings("unused") // picocli needs somewhere to put it
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Shows the versions in use.")
  @SuppressWarnings("unused") // picocli needs somewhere to put it
  private boolean versionAsked;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Shows the stack trace of a failure.")
  private boolean debug;

  @Spec private CommandSpec spec;

  /**
   * Runs one command and exits with 0 (done), 1 (failed) or 2 (wrong usage or configuration). A JVM
   * that the launcher has started exits with 3 when it has no memory left.
   */
  public static void main(String[] args) {
    // Before any class that logs: Kafka's and Flink's messages go to a file, not to the screen.
    if (System.getProperty(LOG_CONFIGURATION) == null) {
      System.setProperty(LOG_CONFIGURATION, "log4j2-cli.properties");
    }
    LogFile.choose();
    PrintWriter err = errors();
    LogWriteFailure.tellOn(err);
    // Numbers look as they do in the docs, and scripts read them, wherever the user is.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    CommandLine commandLine = commandLine();
    StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    commandLine.setOut(writer(out));
    commandLine.setErr(err);
    try {
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
            "Standard output could not be written, and lacks lines: %s%n",
            out.failure().orElseThrow());
    return exitCode == ExitCode.OK ? ExitCode.SOFTWARE : exitCode;
  }

  /** The commands, with the project's manner of reporting errors. */
  public static CommandLine commandLine() {
    Millrace root = new Millrace();
    CommandLine commandLine = new CommandLine(root);
    CommandGroup.addAll(commandLine);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setAbbreviatedOptionsAllowed(false);
    commandLine.setParameterExceptionHandler(Millrace::reportUsage);
    commandLine.setExecutionExceptionHandler(root::reportFailure);
    reflow(commandLine);
    return commandLine;
  }

  /**
   * The lines below a description's first one are one paragraph, whatever the width of the help.
   */
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
      String written = unmatched.getUnmatched().get(0);
      CommandSpec command = e.getCommandLine().getCommandSpec();
      String nearest =
          Suggestions.nearest(
              written,
              unmatched.isUnknownOption()
                  ? command.optionsMap().keySet()
                  : command.subcommands().keySet());
      return "%s is not %s here.%s"
          .formatted(
              written,
              unmatched.isUnknownOption() ? "an option" : "expected",
              nearest == null ? "" : " Did you mean " + nearest + "?");
    }
    // picocli's message for several possibilities has one per line.
    String message = e.getMessage().strip().replaceFirst("^Error: ", "");
    String line = message.lines().findFirst().orElse(message);
    Matcher choice = WRONG_CHOICE.matcher(line);
    if (choice.matches()) {
      // As help and documentation spell them, not as Java does.
      return "%s must be one of %s, but was %s."
          .formatted(
              choice.group("option"),
              choice.group("choices").toLowerCase(Locale.ROOT).replace('_', '-'),
              choice.group("value"));
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

  /** Standard error, or where the launcher, which filters the JVM's own, has kept it. */
  private static PrintWriter errors() {
    Integer kept = Integer.getInteger("millrace.stderr.fd");
    return writer(new FileOutputStream(kept == null ? FileDescriptor.err : descriptor(kept)));
  }

  // To open /dev/fd/3 instead would be right for a terminal and a pipe alone. A file that is opened
  // again has a position of its own, from which one writes over what others wrote.
  private static FileDescriptor descriptor(int number) {
    try {
      Constructor<FileDescriptor> constructor =
          FileDescriptor.class.getDeclaredConstructor(int.class);
      constructor.setAccessible(true);
      return constructor.newInstance(number);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      return FileDescriptor.err; // the filter passes everything on
    }
  }

  // Not System.out: that swallows a broken pipe, which is how a reader says that it has enough.
  private static PrintWriter writer(OutputStream out) {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }
}
