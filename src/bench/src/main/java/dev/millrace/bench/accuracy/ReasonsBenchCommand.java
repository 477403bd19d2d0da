package dev.millrace.bench.accuracy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.bench.streams.AgrawalStream;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.explain.ColumnImportance;
import dev.millrace.explain.Explainer;
import dev.millrace.explain.RowColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.report.MetricsReport.Importance;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what reasons find, and what they cost. */
@Command(
    name = "reasons",
    description = {
      "Measures whether reasons find the columns that decide the label, and what they cost.",
      "Needs neither Kafka nor Flink. Learns the ten functions of Agrawal's loan applications, each"
          + " of which uses 1 to 5 of 9",
      "columns. The importance is that of the last tenth of the rows."
    },
    footer = {"", "Example:", "  ./millrace bench reasons"})
public final class ReasonsBenchCommand extends Benchmark {
  private static final List<String> CLASSES = AgrawalStream.input().classes();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Rows of each function (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Override
  protected Measurement measure() {
    require("--rows", rows, 1_000);
    Measurement result = new Measurement();
    ObjectNode functions = result.putObject("functions");
    result.print("| function | its columns | shares of the first columns | found |%n");
    result.print("| --- | --- | --- | --- |");
    for (int function = 1; function <= AgrawalStream.FUNCTIONS; function++) {
      Found found = find(function, rows);
      functions.put("F" + function, found.share());
      result.print("%n%s", found.line(function));
    }
    result.print("%n%n| tier | prediction and step | with reasons | of these |%n");
    result.print("| --- | --- | --- | --- |");
    ObjectNode costs = result.putObject("micros_per_record");
    for (Tier tier : Tier.values()) {
      Cost cost = cost(tier);
      String name = KebabCase.of(tier);
      costs.putObject(name).put("without", cost.without()).put("with", cost.with());
      result.print(
          "%n| %s | %.1f µs | %.1f µs | %.1f |",
          name, cost.without(), cost.with(), cost.with() / cost.without());
    }
    return result;
  }

  /**
   * Columns by their importance.
   *
   * @param columns that the function uses
   * @param importance the largest first
   */
  record Found(List<String> columns, List<Importance> importance) {
    /** Returns the first columns, as many as the function uses. */
    List<String> first() {
      return importance.stream().limit(columns.size()).map(Importance::column).toList();
    }

    /** Returns the share of the function's columns that come first. */
    double share() {
      return (double) first().stream().filter(columns::contains).count() / columns.size();
    }

    private String line(int function) {
      List<String> shares =
          importance.stream()
              .limit(columns.size() + 1L)
              .map(column -> "%s %.2f".formatted(column.column(), column.share()))
              .toList();
      return "| F%d | %s | %s | %d of %d |"
          .formatted(
              function,
              String.join(", ", columns),
              String.join(", ", shares),
              Math.round(share() * columns.size()),
              columns.size());
    }
  }

  /** Learns the rows of a function, and explains the last tenth. */
  static Found find(int function, int rows) {
    AgrawalStream stream = new AgrawalStream(function, 11);
    InputSpec input = AgrawalStream.input();
    OnlineModel model = model(Tier.BALANCED, input);
    RowColumns columns = RowColumns.of(input, input.width());
    Explainer explainer = new Explainer(columns);
    ColumnImportance importance = new ColumnImportance(columns);
    float[] out = new float[CLASSES.size()];
    for (int i = 0; i < rows; i++) {
      int label = stream.next();
      boolean isExplained = i >= rows - rows / 10;
      if (isExplained) {
        explainer.predict(model, stream.row, 0);
      }
      model.learnClass(stream.row, 0, label, 1, out);
      if (isExplained) {
        explain(explainer, out);
        importance.add(explainer);
      }
    }
    return new Found(stream.columns(), importance.report());
  }

  private static void explain(Explainer explainer, float[] out) {
    explainer.explainClass(CLASSES, out, out.length, out[1] > out[0] ? 1 : 0, true, 5);
  }

  private static OnlineModel model(Tier tier, InputSpec input) {
    ModelSpec spec =
        ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE)
            .withIndicators(Indicators.of(input));
    return Models.create(spec, Task.BINARY, input.width(), CLASSES.size(), 1);
  }

  /** Microseconds of a record that is predicted and learned, without and with its reasons. */
  private record Cost(double without, double with) {}

  private Cost cost(Tier tier) {
    InputSpec input = AgrawalStream.input();
    OnlineModel model = model(tier, input);
    Explainer explainer = new Explainer(RowColumns.of(input, input.width()));
    AgrawalStream stream = new AgrawalStream(5, 11);
    float[] out = new float[CLASSES.size()];
    double[] nanos = new double[2];
    int round = Math.max(1, rows / 20);
    for (int r = 0; r < 20; r++) {
      boolean isExplained = r % 2 == 1;
      long start = System.nanoTime();
      for (int i = 0; i < round; i++) {
        int label = stream.next();
        if (isExplained) {
          explainer.predict(model, stream.row, 0);
        }
        model.learnClass(stream.row, 0, label, 1, out);
        if (isExplained) {
          explain(explainer, out);
        }
      }
      if (r >= 10) { // the first ones warm up
        nanos[r % 2] += (double) (System.nanoTime() - start) / (5 * round);
      }
    }
    return new Cost(nanos[0] / 1_000, nanos[1] / 1_000);
  }
}
