package dev.millrace.bench.accuracy;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.cli.console.Directories;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the pages of all figures that a change of {@code model: auto} changes. */
@Command(
    name = "results",
    description = {
      "Writes the two pages of figures that a change of model: auto changes.",
      "results.md has what bench accuracy, intervals and outputs print, benchmark.md what bench",
      "streams prints. Takes hours with five seeds and all data sets."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench results --seeds 1 --only letters",
      "  ./millrace bench results --data ~/streams --moa ~/moa.jar --pages docs"
    })
public final class ResultsCommand implements Callable<Integer> {
  static final String TITLE = "# Results of model: auto";
  static final List<String> HEADINGS =
      List.of("## Data sets", "## Coverage of intervals and sets", "## Sets of labels");

  private static final String MUSIC = "meka_music.csv.gz";
  private static final String MUSIC_LABELS = "6";
  private static final String STREAM_ROWS = "2000";
  private static final String STREAM_TIERS = "balanced,accurate";

  @Mixin private DataSets dataSets = new DataSets();

  @Option(
      names = "--streams",
      paramLabel = "NAME",
      split = ",",
      description =
          "Streams of benchmark.md, such as planes,rbf (default: all that are found; with --only"
              + " none).")
  private List<String> streams = List.of();

  @Option(
      names = "--moa",
      paramLabel = "JAR",
      description = "MOA's jar for benchmark.md, as of bench streams (default: baselines alone).")
  private @Nullable Path moa;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs of each tier, with seeds 1 to N (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--pages",
      paramLabel = "DIR",
      description = "Folder to write the pages to (default: prints them).")
  private @Nullable Path pages;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Benchmark.require(spec, "--seeds", seeds, 1);
    Directories.require("--pages", pages);
    List<String> runs = List.of("--seeds", Integer.toString(seeds));
    if (dataSets.areAll() || !streams.isEmpty()) {
      write("benchmark.md", run("streams", streamArguments(), runs).lines().toList());
    }
    write("results.md", results(runs));
    return 0;
  }

  private List<String> results(List<String> runs) throws Exception {
    Path folder = dataSets.folder();
    Path music = folder == null ? null : folder.resolve(MUSIC);
    List<String> lines = new ArrayList<>(introduction(seeds, folder != null, moa != null));
    addSection(lines, 0, run("accuracy", dataSets.arguments(), runs));
    addSection(lines, 1, run("intervals", dataSets.arguments(), List.of()));
    addSection(
        lines,
        2,
        music == null || !Files.exists(music)
            ? MUSIC + " is not in the folder.\n"
            : run("outputs", List.of("--input", music.toString(), "--labels", MUSIC_LABELS), runs));
    return lines;
  }

  private List<String> streamArguments() {
    List<String> arguments =
        new ArrayList<>(List.of("--rows", STREAM_ROWS, "--auto", STREAM_TIERS));
    Path folder = dataSets.folder();
    if (folder != null) {
      arguments.addAll(List.of("--data", folder.toString()));
    }
    if (moa != null) {
      arguments.addAll(List.of("--moa", moa.toString()));
    }
    if (!streams.isEmpty()) {
      arguments.addAll(List.of("--only", String.join(",", streams)));
    }
    return arguments;
  }

  private void write(String name, List<String> lines) throws IOException {
    if (pages == null) {
      lines.forEach(spec.commandLine().getOut()::println);
    } else {
      Files.write(pages.resolve(name), lines);
    }
  }

  /** Returns the first lines of the page. */
  static List<String> introduction(int seeds, boolean hasFolder, boolean hasMoa) {
    return List.of(
        TITLE,
        "",
        "One pass, each row predicted before it is learned, default settings.",
        "Scores are means ± standard deviations of seeds 1 to N, those of intervals of one run.",
        "[accuracy.md](accuracy.md), [intervals.md](intervals.md) and"
            + " [several-outputs.md](several-outputs.md) say what they mean.",
        "",
        "```sh",
        "./millrace bench results%s%s --seeds %d --pages docs"
            .formatted(hasFolder ? " --data DIR" : "", hasMoa ? " --moa JAR" : "", seeds),
        "```",
        "",
        "writes this page and [benchmark.md](benchmark.md).");
  }

  private static void addSection(List<String> lines, int heading, String text) {
    lines.addAll(List.of("", HEADINGS.get(heading), ""));
    text.lines().forEach(lines::add);
  }

  /** Returns what another benchmark prints. */
  private String run(String benchmark, List<String> arguments, List<String> more) throws Exception {
    CommandLine line =
        Objects.requireNonNull(
            spec.commandLine().getParent().getSubcommands().get(benchmark), benchmark);
    StringWriter text = new StringWriter();
    line.setOut(new PrintWriter(text, true));
    line.parseArgs(Stream.concat(arguments.stream(), more.stream()).toArray(String[]::new));
    Callable<?> command = line.getCommand();
    command.call();
    return text.toString();
  }
}
