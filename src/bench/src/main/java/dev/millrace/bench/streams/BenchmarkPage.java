package dev.millrace.bench.streams;

import static java.util.stream.Collectors.joining;

import dev.millrace.bench.streams.BenchStream.Generated;
import dev.millrace.bench.streams.BenchStream.Part;
import dev.millrace.bench.streams.Statistics.SignedRank;
import dev.millrace.data.KebabCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The page of {@code bench streams}, as Markdown.
 *
 * @param command that made it
 * @param tiers names of the tiers that ran
 * @param tables one for each stream
 */
record BenchmarkPage(String command, List<String> tiers, List<StreamTable> tables) {

  static final String TITLE = "# Benchmark on streams";

  /** Headings of the page, in order. */
  static final List<String> HEADINGS =
      List.of(
          "## Summary",
          "## Mean ranks",
          "## Bayesian signed-rank test",
          "## Classes",
          "## Values",
          "## First 500 rows",
          "## Learning curves",
          "## Cost",
          "## Where Millrace is behind",
          "## Streams",
          "## Peers");

  private static final String PEERS =
      """
      Peers and baselines learn the same rows in the same order in the same run.
      MOA 2024.07 runs as a process of its own with its default settings; kNN has k = 10 of the last 1,000 rows.
      With each seed a generator draws other rows, which all learners learn, peers and baselines too.
      A file has the same rows each time: tiers run with each seed, and MOA, whose command line takes no seed of an ensemble, once.
      It writes the predicted class without probabilities, so log-loss compares tiers with the class frequencies alone.
      It writes predicted values with three decimals.
      MOA is under the GPL-3 and no part of Millrace.
      A Maven project with this dependency fetches it; the goal `dependency:copy-dependencies` of that project fills the folder that `--moa` names a file of.

      ```xml
      <dependency>
        <groupId>nz.ac.waikato.cms.moa</groupId>
        <artifactId>moa</artifactId>
        <version>2024.07.0</version>
      </dependency>
      ```
      """;

  /** Returns the lines of the page. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(TITLE);
    lines.add("");
    lines.addAll(introduction());
    List<StreamTable> classStreams = of(true);
    List<StreamTable> valueStreams = of(false);
    section(lines, 0, summary());
    section(lines, 1, bothKinds(this::ranks));
    section(lines, 2, signedRanks());
    section(lines, 3, classStreams.isEmpty() ? List.of("No stream of classes ran.") : classes());
    section(lines, 4, valueStreams.isEmpty() ? List.of("No stream of values ran.") : values());
    section(lines, 5, firstRows());
    section(lines, 6, bothKinds(this::curves));
    section(lines, 7, bothKinds(this::costs));
    section(lines, 8, behind());
    section(lines, 9, streams());
    section(lines, 10, PEERS.lines().toList());
    return lines;
  }

  private static void section(List<String> lines, int heading, List<String> content) {
    lines.add("");
    lines.add(HEADINGS.get(heading));
    lines.add("");
    lines.addAll(content);
  }

  private List<StreamTable> of(boolean isOfClasses) {
    return tables.stream().filter(table -> table.isOfClasses() == isOfClasses).toList();
  }

  private List<String> introduction() {
    int max = tables.stream().mapToInt(StreamTable::rows).max().orElse(0);
    List<String> parts =
        tables.stream().map(table -> KebabCase.of(table.stream().part())).distinct().toList();
    List<String> lines = new ArrayList<>();
    lines.add(
        "`model: auto` and other learners on %d streams: one pass, each row predicted before it is"
                .formatted(tables.size())
            + " learned, at most %,d rows of each.".formatted(max));
    lines.add("");
    lines.add("- **Set**: " + String.join(" and ", parts) + ".");
    lines.add(
        "  Settings may be chosen on the development set alone; *Streams* names the streams.");
    String missing = missing();
    if (!missing.isEmpty()) {
      lines.add("- **Not measured**, though part of that: " + missing + ".");
    }
    lines.add(
        "- **Score**: accuracy of classes, mean absolute error (MAE) of values, means over the"
            + " seeds.");
    lines.add(
        "- **Point**: 0.01 of accuracy, or 3 % of the other learner's error where values are"
            + " predicted.");
    lines.add("");
    lines.add("```sh");
    lines.add(command);
    lines.add("```");
    lines.add("");
    lines.add("writes this page.");
    if (tables.stream().noneMatch(table -> table.others().stream().anyMatch(Moa.ALL::contains))) {
      lines.add("It ran without `--moa`: the only peers are baselines.");
    }
    return lines;
  }

  /** Returns the streams of the same parts that are not in the tables. */
  private String missing() {
    List<String> names = tables.stream().map(table -> table.stream().name()).toList();
    return StreamCatalogue.all().stream()
        .filter(stream -> tables.stream().anyMatch(table -> table.stream().part() == stream.part()))
        .map(BenchStream::name)
        .filter(name -> !names.contains(name))
        .collect(joining(", "));
  }

  private List<String> bothKinds(Function<List<StreamTable>, List<String>> block) {
    List<String> lines = new ArrayList<>();
    for (boolean isOfClasses : new boolean[] {true, false}) {
      List<StreamTable> kind = of(isOfClasses);
      if (!kind.isEmpty()) {
        lines.addAll(lines.isEmpty() ? List.of() : List.of(""));
        lines.add(
            (isOfClasses ? "%d streams of classes:" : "%d streams of values:")
                .formatted(kind.size()));
        lines.add("");
        lines.addAll(block.apply(kind));
      }
    }
    return lines;
  }

  private List<String> summary() {
    List<String> lines =
        table(
            "tier",
            "ahead of every other learner",
            "classes",
            "values",
            "ahead by more than a point",
            "behind by more than a point",
            "log-loss below class frequencies");
    List<StreamTable> classStreams = of(true);
    for (String tier : tiers) {
      lines.add(
          row(
              tier,
              of(count(tables, tier, 0), tables.size()),
              of(count(classStreams, tier, 0), classStreams.size()),
              of(count(of(false), tier, 0), of(false).size()),
              Long.toString(count(tables, tier, 1)),
              Long.toString(tables.stream().filter(table -> leadOfBest(table, tier) < -1).count()),
              of(
                  classStreams.stream()
                      .filter(
                          table ->
                              table.mean(tier, Result::logLoss)
                                  < table.mean(Baseline.MAJORITY.id, Result::logLoss))
                      .count(),
                  classStreams.size())));
    }
    lines.add("");
    lines.add(
        "Every other learner means all peers and baselines, and the best of them on a stream.");
    return lines;
  }

  private static String of(long count, int all) {
    return count + " of " + all;
  }

  private static long count(List<StreamTable> tables, String tier, double points) {
    return tables.stream().filter(table -> leadOfBest(table, tier) > points).count();
  }

  private static double leadOfBest(StreamTable table, String tier) {
    return table.lead(tier, table.best(table.others(), Result::score), Result::score);
  }

  private List<String> ranks(List<StreamTable> kind) {
    List<String> learners = StreamTable.common(kind);
    double[] means = meanRanks(kind, learners);
    List<String> lines = table("learner", "mean rank");
    IntStream.range(0, means.length)
        .boxed()
        .sorted((a, b) -> Double.compare(means[a], means[b]))
        .forEach(l -> lines.add(row(learners.get(l), "%.2f".formatted(means[l]))));
    lines.add("");
    lines.add(
        ("Critical difference (Nemenyi, 0.05): %.2f."
                + " Friedman's chi-square: %.1f with %d degrees of freedom.")
            .formatted(
                Statistics.criticalDifference(learners.size(), kind.size()),
                Statistics.friedman(means, kind.size()),
                learners.size() - 1));
    return lines;
  }

  private static double[] meanRanks(List<StreamTable> kind, List<String> learners) {
    double[][] scores =
        kind.stream()
            .map(table -> learners.stream().mapToDouble(table::score).toArray())
            .toArray(double[][]::new);
    return Statistics.meanRanks(scores, !kind.get(0).isOfClasses());
  }

  private List<String> signedRanks() {
    List<String> lines = table("tier", "compared with", "streams", "better", "equal", "worse");
    for (String tier : tiers) {
      lines.add(
          signedRank(
              tier,
              "the best other learner of each stream",
              tables,
              table -> leadOfBest(table, tier)));
      for (boolean isOfClasses : new boolean[] {true, false}) {
        List<StreamTable> kind = of(isOfClasses);
        if (!kind.isEmpty()) {
          String rival = firstOther(kind);
          lines.add(signedRank(tier, rival, kind, table -> table.lead(tier, rival, Result::score)));
        }
      }
    }
    lines.add("");
    lines.add(
        "Probabilities by Benavoli et al. (2017), %,d samples; differences up to one point are equal."
            .formatted(Statistics.SAMPLES));
    lines.add(
        "The best other learner of each stream is known only afterwards; the named one has the best"
            + " mean rank of all others.");
    return lines;
  }

  private static String firstOther(List<StreamTable> kind) {
    List<String> learners =
        StreamTable.common(kind).stream().filter(name -> !StreamTable.isTier(name)).toList();
    double[] means = meanRanks(kind, learners);
    int first = 0;
    for (int l = 1; l < means.length; l++) {
      first = means[l] < means[first] ? l : first;
    }
    return learners.get(first);
  }

  private static String signedRank(
      String tier, String rival, List<StreamTable> kind, ToDoubleFunction<StreamTable> lead) {
    SignedRank test = Statistics.signedRank(kind.stream().mapToDouble(lead).toArray(), 1);
    return row(
        tier,
        rival,
        Integer.toString(kind.size()),
        "%.3f".formatted(test.better()),
        "%.3f".formatted(test.equal()),
        "%.3f".formatted(test.worse()));
  }

  private List<String> classes() {
    List<StreamTable> kind = of(true);
    List<String> learners = StreamTable.common(kind);
    List<String> lines = scores(kind, learners, Result::score, "%.4f");
    lines.add("");
    lines.add(
        "Kappa-M (the share of the majority class's errors that a learner avoids) and log-loss:");
    lines.add("");
    List<String> header = new ArrayList<>(List.of("stream"));
    tiers.forEach(tier -> header.add("Kappa-M " + tier));
    header.add("Kappa-M of the best other");
    tiers.forEach(tier -> header.add("log-loss " + tier));
    header.add("class frequencies");
    lines.addAll(table(header.toArray(String[]::new)));
    for (StreamTable table : kind) {
      List<String> cells = new ArrayList<>(List.of(table.stream().name()));
      tiers.forEach(tier -> cells.add("%.3f".formatted(table.kappaM(tier))));
      cells.add("%.3f".formatted(table.kappaM(table.best(table.others(), Result::score))));
      Stream.concat(tiers.stream(), Stream.of(Baseline.MAJORITY.id))
          .forEach(name -> cells.add("%.4f".formatted(table.mean(name, Result::logLoss))));
      lines.add(row(cells.toArray(String[]::new)));
    }
    return lines;
  }

  private List<String> values() {
    return scores(of(false), StreamTable.common(of(false)), Result::score, "%.3f");
  }

  /** Returns a row for each stream with all learners, the best one in bold. */
  private static List<String> scores(
      List<StreamTable> kind,
      List<String> learners,
      ToDoubleFunction<Result> score,
      String format) {
    List<String> header = new ArrayList<>(List.of("stream", "rows"));
    header.addAll(learners);
    List<String> lines = table(header.toArray(String[]::new));
    for (StreamTable table : kind) {
      String best = table.best(learners, score);
      List<String> cells = new ArrayList<>();
      cells.add(table.stream().name());
      cells.add("%,d".formatted(table.rows()));
      for (String learner : learners) {
        String cell = format.formatted(table.mean(learner, score));
        double deviation = deviation(table.results(learner), score);
        cell = Double.isNaN(deviation) ? cell : cell + " ± " + format.formatted(deviation);
        cells.add(learner.equals(best) ? "**" + cell + "**" : cell);
      }
      lines.add(row(cells.toArray(String[]::new)));
    }
    return lines;
  }

  /** Returns the sample standard deviation over the seeds, NaN of a single one. */
  private static double deviation(List<Result> results, ToDoubleFunction<Result> score) {
    double mean = results.stream().mapToDouble(score).average().orElse(Double.NaN);
    double squares =
        results.stream()
            .mapToDouble(r -> (score.applyAsDouble(r) - mean) * (score.applyAsDouble(r) - mean))
            .sum();
    return results.size() < 2 ? Double.NaN : Math.sqrt(squares / (results.size() - 1));
  }

  private List<String> firstRows() {
    List<String> lines = new ArrayList<>();
    for (String tier : tiers) {
      long ahead = tables.stream().filter(table -> leadOfFirst(table, tier) > 0).count();
      long behind = tables.stream().filter(table -> leadOfFirst(table, tier) < -1).count();
      lines.add(
          "- `%s` is ahead of every other learner on %d of %d streams, and behind the best by more than a point on %d."
              .formatted(tier, ahead, tables.size(), behind));
    }
    lines.add("");
    List<String> header = new ArrayList<>(List.of("stream"));
    header.addAll(tiers);
    header.addAll(List.of("best other", "its score"));
    lines.addAll(table(header.toArray(String[]::new)));
    for (StreamTable table : tables) {
      String format = table.isOfClasses() ? "%.3f" : "%.2f";
      String best = table.best(table.others(), Result::first);
      List<String> cells = new ArrayList<>(List.of(table.stream().name()));
      tiers.forEach(tier -> cells.add(format.formatted(table.mean(tier, Result::first))));
      cells.add(best);
      cells.add(format.formatted(table.mean(best, Result::first)));
      lines.add(row(cells.toArray(String[]::new)));
    }
    return lines;
  }

  private static double leadOfFirst(StreamTable table, String tier) {
    return table.lead(tier, table.best(table.others(), Result::first), Result::first);
  }

  private List<String> curves(List<StreamTable> kind) {
    boolean isOfClasses = kind.get(0).isOfClasses();
    List<String> header = new ArrayList<>(List.of("learner"));
    IntStream.rangeClosed(1, Scores.CURVE_POINTS).forEach(p -> header.add(10 * p + " %"));
    List<String> lines = table(header.toArray(String[]::new));
    for (String learner : StreamTable.common(kind)) {
      List<String> cells = new ArrayList<>(List.of(learner));
      for (int p = 0; p < Scores.CURVE_POINTS; p++) {
        int point = p;
        double[] scores =
            kind.stream()
                .mapToDouble(
                    table -> table.mean(learner, result -> result.curve().get(point)) / unit(table))
                .toArray();
        double mean = Arrays.stream(scores).average().orElseThrow();
        // The errors of a learner that diverges on one stream would hide all others.
        cells.add("%.3f".formatted(isOfClasses ? mean : median(scores)));
      }
      lines.add(row(cells.toArray(String[]::new)));
    }
    lines.add("");
    lines.add(
        isOfClasses
            ? "Accuracy on each tenth of the rows, mean over the streams."
            : "MAE on each tenth of the rows by the MAE of the running mean over all rows, median"
                + " of the streams.");
    return lines;
  }

  private static double unit(StreamTable table) {
    return table.isOfClasses() ? 1 : table.score(Baseline.MEAN.id);
  }

  private List<String> costs(List<StreamTable> kind) {
    List<String> lines =
        table("learner", "records/s, median", "model, KiB, median", "RAM-hours, sum");
    for (String learner : StreamTable.common(kind)) {
      double[] rates = each(kind, learner, Result::rate);
      if (rates.length > 0) {
        double[] bytes = each(kind, learner, Result::bytes);
        double[] ramHours = each(kind, learner, Result::ramHours);
        lines.add(
            row(
                learner,
                "%,.0f".formatted(median(rates)),
                bytes.length == 0 ? "" : "%,.0f".formatted(median(bytes) / 1024),
                ramHours.length == 0 ? "" : "%.2g".formatted(Arrays.stream(ramHours).sum())));
      }
    }
    lines.add("");
    lines.add(
        "Rates are records per second of processor time. Tiers share one JVM, which compiles their"
            + " code on the first streams; MOA starts a JVM for each run, and its rates include the"
            + " compilation: on streams this short, do not compare the two.");
    lines.add(
        "RAM-hours are gibibytes of the model by hours of processor time, as MOA defines them.");
    return lines;
  }

  private static double[] each(
      List<StreamTable> kind, String learner, ToDoubleFunction<Result> score) {
    return kind.stream()
        .mapToDouble(table -> table.mean(learner, score))
        .filter(Double::isFinite)
        .toArray();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private List<String> behind() {
    List<String> lines = table("stream", "tier", "score", "best other", "its score", "points");
    for (StreamTable table : tables) {
      for (String tier : tiers) {
        String best = table.best(table.others(), Result::score);
        double lead = table.lead(tier, best, Result::score);
        if (lead < 0) {
          String format = table.isOfClasses() ? "%.4f" : "%.3f";
          lines.add(
              row(
                  table.stream().name(),
                  tier,
                  format.formatted(table.score(tier)),
                  best,
                  format.formatted(table.score(best)),
                  "%.1f".formatted(lead)));
        }
      }
    }
    return lines;
  }

  private List<String> streams() {
    List<String> lines = table("stream", "set", "drift", "what");
    for (BenchStream stream : StreamCatalogue.all()) {
      String drift =
          stream.source() instanceof Generated generated ? KebabCase.of(generated.drift()) : "";
      lines.add(row(stream.name(), KebabCase.of(stream.part()), drift, stream.what()));
    }
    lines.add("");
    lines.add(
        "%d streams, %d of them in the report set. A generated stream has fixed seeds; its drift is"
                .formatted(
                    StreamCatalogue.all().size(),
                    StreamCatalogue.chosen(Part.REPORT, List.of()).size())
            + " relative to its length.");
    return lines;
  }

  private static List<String> table(String... header) {
    List<String> lines = new ArrayList<>();
    lines.add(row(header));
    lines.add("|" + Arrays.stream(header).map(name -> " --- |").collect(joining()));
    return lines;
  }

  private static String row(String... cells) {
    return Arrays.stream(cells).map(Objects::requireNonNull).collect(joining(" | ", "| ", " |"));
  }
}
