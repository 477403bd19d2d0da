package dev.millrace.bench.accuracy;

import dev.millrace.bench.measure.Benchmark;
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

/** Writes the page of all figures that a change of {@code model: auto} changes. */
@Command(
    name = "results",
    description = {
      "Writes a page of the figures that a change of model: auto changes.",
      "It has what bench accuracy, intervals and outputs print, and takes hours with five seeds"
          + " and",
      "all data sets."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench results --seeds 1",
      "  ./millrace bench results --data ~/streams --page docs/results.md"
    })
public final class ResultsCommand implements Callable<Integer> {
  static final String TITLE = "# Results of model: auto";
  static final List<String> HEADINGS =
      List.of("## Data sets", "## Coverage of intervals and sets", "## Sets of labels");

  private static final String MUSIC = "meka_music.csv.gz";
  private static final String MUSIC_LABELS = "6";

  @Mixin private DataSets dataSets = new DataSets();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs of each tier, with seeds 1 to N (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "Writes the page to a file (default: prints it).")
  private @Nullable Path page;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Benchmark.require(spec, "--seeds", seeds, 1);
    Path folder = dataSets.folder();
    List<String> data = dataSets.arguments();
    List<String> runs = List.of("--seeds", Integer.toString(seeds));
    Path music = folder == null ? null : folder.resolve(MUSIC);
    List<String> lines = new ArrayList<>(introduction(seeds, folder != null));
    addSection(lines, 0, run("accuracy", Stream.concat(data.stream(), runs.stream())));
    addSection(lines, 1, run("intervals", data.stream()));
    addSection(
        lines,
        2,
        music == null || !Files.exists(music)
            ? MUSIC + " is not in the folder.\n"
            : run(
                "outputs",
                Stream.concat(
                    Stream.of("--input", music.toString(), "--labels", MUSIC_LABELS),
                    runs.stream())));
    if (page == null) {
      lines.forEach(spec.commandLine().getOut()::println);
    } else {
      Files.write(page, lines);
    }
    return 0;
  }

  /** Returns the first lines of the page. */
  static List<String> introduction(int seeds, boolean hasFolder) {
    return List.of(
        TITLE,
        "",
        "One pass, each row predicted before it is learned, default settings.",
        "Scores are means ± standard deviations of seeds 1 to N, those of intervals of one run.",
        "[accuracy.md](accuracy.md), [intervals.md](intervals.md) and"
            + " [several-outputs.md](several-outputs.md) say what they mean.",
        "",
        "```sh",
        "./millrace bench results" + (hasFolder ? " --data DIR" : "") + " --seeds " + seeds,
        "```",
        "",
        "writes this page.");
  }

  private static void addSection(List<String> lines, int heading, String text) {
    lines.addAll(List.of("", HEADINGS.get(heading), ""));
    text.lines().forEach(lines::add);
  }

  /** Returns what another benchmark prints. */
  private String run(String benchmark, Stream<String> arguments) throws Exception {
    CommandLine line =
        Objects.requireNonNull(
            spec.commandLine().getParent().getSubcommands().get(benchmark), benchmark);
    StringWriter text = new StringWriter();
    line.setOut(new PrintWriter(text, true));
    line.parseArgs(arguments.toArray(String[]::new));
    Callable<?> command = line.getCommand();
    command.call();
    return text.toString();
  }
}
