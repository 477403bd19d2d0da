package dev.millrace.bench.measure;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that measures, and prints the result as text or as one line of JSON. */
public abstract class Benchmark implements Callable<Integer> {
  @Option(names = "--json", description = "Ends with one line of JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** Checks the options, and measures. */
  protected abstract Measurement measure() throws Exception;

  @Override
  public final Integer call() throws Exception {
    Measurement measurement = measure();
    spec.commandLine().getOut().println(json ? measurement.toJson() : measurement.toText());
    return 0;
  }

  /** Returns the writer of the progress. */
  protected final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /**
   * Checks an option.
   *
   * @throws ParameterException if it is below its minimum
   */
  protected final void require(String option, long value, long min) {
    require(spec, option, value, min);
  }

  /**
   * Returns the error of an option that is wrong.
   *
   * @param message names the option, and what is allowed
   */
  protected final ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /**
   * Checks an option of any command.
   *
   * @throws ParameterException if it is below its minimum
   */
  public static void require(CommandSpec spec, String option, long value, long min) {
    if (value < min) {
      throw new ParameterException(
          spec.commandLine(), option + " must be at least " + min + ", but was " + value);
    }
  }
}
