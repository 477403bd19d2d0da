package dev.millrace.bench;

import dev.millrace.bench.accuracy.AccuracyCommand;
import dev.millrace.bench.accuracy.IntervalsBenchCommand;
import dev.millrace.bench.accuracy.KindsBenchCommand;
import dev.millrace.bench.accuracy.OutputsBenchCommand;
import dev.millrace.bench.accuracy.ReasonsBenchCommand;
import dev.millrace.bench.accuracy.ResultsCommand;
import dev.millrace.bench.streams.StreamsBenchCommand;
import dev.millrace.bench.streams.TuneBenchCommand;
import dev.millrace.cli.AddedCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures on this machine the figures that the README gives. */
@Command(
    name = "bench",
    description = "Reproduces the figures of the README on this machine.",
    subcommands = {
      StepBench.class,
      PipelineBenchCommand.class,
      StateBenchCommand.class,
      SqlBenchCommand.class,
      SqlLearnBench.class,
      DerivedBenchCommand.class,
      IdsBenchCommand.class,
      AccuracyCommand.class,
      StreamsBenchCommand.class,
      TuneBenchCommand.class,
      IntervalsBenchCommand.class,
      ReasonsBenchCommand.class,
      OutputsBenchCommand.class,
      ResultsCommand.class,
      KindsBenchCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace bench step --layers 8,32,2 --batch 1 --optimizer sgd --json",
      "  ./millrace bench pipeline --keys 100 --json",
      "  ./millrace bench state --keys 100000 --backend rocksdb --json",
      "  ./millrace bench sql --json",
      "  ./millrace bench sql-learn --keys 100 --json",
      "  ./millrace bench ids --json",
      "  ./millrace bench accuracy --seeds 1",
      "  ./millrace bench streams --rows 2000 --seeds 1",
      "  ./millrace bench intervals",
      "  ./millrace bench reasons",
      "  ./millrace bench results",
      "  ./millrace bench kinds"
    })
public final class BenchCommand implements AddedCommand {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "A command is missing: bench step, bench pipeline, bench state, bench sql, bench sql-learn,"
            + " bench derived, bench ids, bench accuracy, bench streams, bench tune,"
            + " bench intervals, bench reasons, bench outputs, bench results or bench kinds");
  }
}
