package dev.millrace.cli;

import dev.millrace.data.KebabCase;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script for shell completion. */
@Command(
    name = "completion",
    description = {
      "Prints a script for completion of commands, options and files in bash or zsh.",
      "It completes ./millrace in its folder, and millrace on the PATH."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace completion bash > ~/.millrace-completion",
      "  source ~/.millrace-completion"
    })
final class CompletionCommand implements Callable<Integer> {
  /** Shells; the script is the same for each. */
  enum Shell {
    BASH,
    ZSH
  }

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "bash or zsh.")
  @SuppressWarnings("unused") // only validated
  private Shell shell;

  @Spec private CommandSpec spec;

  static final class Shells implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.of(Shell.values()).map(KebabCase::of).iterator();
    }
  }

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(AutoComplete.bash("millrace", spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
