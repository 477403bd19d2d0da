package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.LabelledFile;
import dev.millrace.cli.csv.TaskCheck;
import dev.millrace.cli.dashboard.SavedPage;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Durations;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.explain.RowColumns;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Evaluates a pipeline on a file, without a broker. */
@Command(
    name = "evaluate",
    description = {
      "Runs the job over a CSV file: predicts each row, then learns it. Needs no broker.",
      "Features that -c does not declare are guessed from the file: numbers are numeric, dates and",
      "seconds since 1970 become hour and weekday, texts of at most 32 values are one-hot, others",
      "are ids, sets of ids or words. Empty cells, NA, NaN and null are missing values."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace evaluate --input pay.csv.gz --label class --positive-class fraud"
    })
public final class EvaluateCommand implements Callable<Integer> {
  private static final int MAX_SHOWN_IDS = 6;
  private static final int MAX_NAME = 60;
  private static final int MIN_ROWS_OF_CLASS = 5; // on average
  private static final int CHART_REPORTS = 1_000; // of all keys, for --html
  private static final int MAX_SERIES_REPORTS = 50_000;

  @Mixin private LabelledFile file;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Pipeline file, which defines features, model and metrics.")
  private @Nullable Path config;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description = "Column of the model key (default: one model for all rows).")
  private @Nullable String key;

  @Option(
      names = "--positive-class",
      paramLabel = "CLASS",
      description =
          "Class of precision, recall and F1 (default: input.positive-class, or without -c the"
              + " rarer class; else the last by name).")
  private @Nullable String positive;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "binary, multiclass, regression, or multilabel for a set of labels in a cell, separated"
              + " by a comma, ; or | (default: text and few whole numbers are classes).")
  private @Nullable Task task;

  @Option(
      names = "--threshold-metric",
      paramLabel = "METRIC",
      description =
          "Score that the decision threshold maximizes: balanced-accuracy, f1 or f-beta; none"
              + " predicts the most probable class (default: the pipeline's"
              + " metrics.threshold-metric).")
  private @Nullable Decision thresholdMetric;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "1",
      description = "Passes over the file (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--label-delay",
      paramLabel = "TIME",
      description =
          "Time after which the label of a row is known, such as 30m: rows before that are"
              + " predicted without it (default: at once). Time goes by input.event-time, else a"
              + " row takes 1ms.")
  private @Nullable String labelDelay;

  @Option(
      names = "--validation",
      paramLabel = "FRACTION",
      description =
          "Fraction of rows held out for validation, from 0 to below 1 (default: the pipeline's"
              + " validation.fraction; 0.1 with --patience).")
  private @Nullable Double fraction;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "Stops learning after N epochs without a lower validation loss (default: the pipeline's"
              + " validation.patience).")
  private @Nullable Integer patience;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description =
          "Writes the prediction of each row as CSV, with the probability of the positive class or"
              + " of each of several classes or labels, and columns of each of several targets;"
              + " held-out rows are marked held_out.")
  private @Nullable Path predictions;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Writes the dashboard's page of the evaluation to one file, which needs no server: charts"
              + " of the scores over the rows next to the baselines, and the tables of each key.")
  private @Nullable Path html;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "Writes the final model of each key to this folder, for predict --model; needs -c.")
  private @Nullable Path models;

  @Option(
      names = "--interval",
      paramLabel = "LEVEL",
      description =
          "Level of intervals, or of sets of classes, such as 0.9; 0 is none (default: the"
              + " pipeline's output.interval). --predictions has their ends, or the classes.")
  private @Nullable Double interval;

  @Option(
      names = "--reasons",
      paramLabel = "N",
      description =
          "Max number of columns that explain a prediction in --predictions; 0 is none (default:"
              + " the pipeline's output.reasons). The table names the columns that matter most.")
  private @Nullable Integer reasons;

  @Option(
      names = "--verbose",
      description = "Adds weight and loss of each member of model: auto to the table.")
  private boolean verbose;

  @Option(names = "--json", description = "Prints one JSON object instead of the table.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    requireConfigForModels();
    Settings base = config == null ? null : PipelineFile.read(config);
    CsvScan scan = scan(base);
    requireTask(scan, base);
    requireOtherFiles();
    printWarnings(scan);
    // Without a pipeline, what init would draft.
    String scored = positive == null && base == null ? scan.rarerClass() : positive;
    Settings settings =
        withReasons(
            withInterval(withMetrics(CsvPipeline.settings(base, "evaluate", scan, scored))));
    if (models != null) {
      OutputFile.createFolder(models);
    }
    Evaluation run;
    String positiveClass = positiveClass(settings, scan);
    Long delay = delay();
    // The prediction of a row has no label if that comes later.
    PositiveScores scores =
        positiveClass == null || delay != null ? null : new PositiveScores(positiveClass);
    long rows = Math.multiplyExact(scan.rows(), (long) epochs);
    ForecastSpec forecast = settings.input().spec().forecast();
    rows = forecast == null ? rows : Math.multiplyExact(rows, (long) forecast.horizons().size());
    SavedPage page = html == null ? null : new SavedPage();
    Settings reporting = page == null ? settings : withPoints(settings, rows);
    try (Progress progress = new Progress("evaluate", rows)) {
      run = run(reporting, scan, delay, progress, scores, positiveClass, page);
    }
    show(run, scores);
    if (page != null && html != null) {
      write(page, html, run);
    }
    if (models != null) {
      int count = run.models().write(models);
      spec.commandLine().getErr().printf("Wrote %s to %s%n", Plural.of(count, "model"), models);
    }
    return 0;
  }

  private void requireConfigForModels() {
    if (models != null && config == null) {
      throw CliError.usage(
          "--models needs -c FILE, whose features predict will need. Draft it with: ./millrace init"
              + " --input "
              + file.path());
    }
  }

  private void show(Evaluation run, @Nullable PositiveScores scores) {
    run.deadLetters().lines().forEach(spec.commandLine().getErr()::println);
    if (run.metrics().examples() == 0) {
      throw new CliError("No row of " + file.path() + " was learned: all were rejected.");
    }
    EvaluationReport report =
        new EvaluationReport(run, epochs, scores == null ? null : scores.compute());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Printable.json(report.json()));
    } else {
      report.table(verbose).forEach(out::println);
    }
  }

  private void write(SavedPage page, Path html, Evaluation run) throws IOException {
    String note =
        "%s, %s in %.1f s"
            .formatted(
                file.path().getFileName(),
                Plural.of(run.metrics().examples(), "example"),
                run.seconds());
    page.write(html, "evaluated", note);
    spec.commandLine().getErr().println("Wrote " + html + ", a page for any browser.");
  }

  /** Returns the settings with as many reports as charts have points. */
  private static Settings withPoints(Settings settings, long rows) {
    boolean isForecast = settings.input().spec().forecast() != null;
    // A series is drawn value by value.
    long every = Math.max(1, rows / (isForecast ? MAX_SERIES_REPORTS : CHART_REPORTS));
    return settings.withMetrics(
        settings.metrics().with(to -> to.every = (int) Math.min(to.every, every)));
  }

  private void printWarnings(CsvScan scan) {
    scan.allWarnings().forEach(spec.commandLine().getErr()::println);
    if (!scan.ids().isEmpty()) {
      int shown = Math.min(MAX_SHOWN_IDS, scan.ids().size());
      int more = scan.ids().size() - shown;
      spec.commandLine()
          .getErr()
          .printf(
              "Columns of ids: %s%s. To read them otherwise, declare them: ./millrace init%n",
              String.join(", ", scan.ids().subList(0, shown)),
              more == 0 ? "" : " and " + more + " more");
    }
    if (scan.task() == Task.MULTICLASS) {
      printClasses(scan);
    }
  }

  private void printClasses(CsvScan scan) {
    String name = Printable.line(scan.header().get(scan.labelColumn()), MAX_NAME);
    PrintWriter err = spec.commandLine().getErr();
    if (scan.classes() > InputSpec.Limits.MAX_CLASSES) {
      err.printf(
          "Column \"%s\" has about %,d values, but max %,d classes are allowed: rows of other"
              + " classes are rejected. Group them, or predict a number: --task regression.%n",
          name, scan.classes(), InputSpec.Limits.MAX_CLASSES);
    } else if (scan.labels().isEmpty() && scan.rows() < MIN_ROWS_OF_CLASS * scan.classes()) {
      err.printf(
          "The label \"%s\" is taken as about %,d classes, each in few of %,d rows: they cannot be"
              + " learned. Group them, or predict a number.%n",
          name, scan.classes(), scan.rows());
    }
  }

  private void requireOtherFiles() throws IOException {
    requireOtherFile("--predictions", predictions, "--input", file.path());
    requireOtherFile("--predictions", predictions, "--config", config);
    requireOtherFile("--html", html, "--input", file.path());
    requireOtherFile("--html", html, "--config", config);
    requireOtherFile("--html", html, "--predictions", predictions);
  }

  private static void requireOtherFile(
      String option, @Nullable Path file, String other, @Nullable Path used) throws IOException {
    if (file == null || used == null) {
      return;
    }
    boolean isSame =
        (Files.exists(file) && Files.exists(used))
            ? Files.isSameFile(file, used)
            : file.toAbsolutePath().normalize().equals(used.toAbsolutePath().normalize());
    if (isSame) {
      throw CliError.usage(option + " would overwrite " + other + " " + used);
    }
  }

  /** Returns the positive class of a binary task, as the metrics choose it. */
  private static @Nullable String positiveClass(Settings settings, CsvScan scan) {
    if (scan.task() != Task.BINARY) {
      return null;
    }
    String given = settings.metrics().positiveClass();
    return given != null || scan.labels().isEmpty() ? given : Collections.max(scan.labels());
  }

  private Evaluation run(
      Settings settings,
      CsvScan scan,
      @Nullable Long delay,
      Progress progress,
      @Nullable PositiveScores scores,
      @Nullable String positiveClass,
      @Nullable SavedPage page)
      throws Exception {
    Consumer<String> reports = page == null ? report -> {} : page::accept;
    if (predictions == null && scores == null) {
      return Evaluation.run(settings, scan, epochs, delay, progress, prediction -> {}, reports);
    }
    Settings predicting = settings.withPublish(settings.output().publish().withPredictions(true));
    ObjectMapper parser = new ObjectMapper();
    try (PredictionsFile written =
        predictions == null
            ? null
            : new PredictionsFile(
                predictions, scan, settings.input().spec(), positiveClass, settings.output())) {
      return Evaluation.run(
          predicting,
          scan,
          epochs,
          delay,
          progress,
          record -> {
            JsonNode prediction = Evaluation.parsed(parser, record);
            if (scores != null) {
              scores.accept(prediction);
            }
            if (written != null) {
              written.accept(prediction);
            }
          },
          reports);
    }
  }

  /** Returns the delay of labels in ms; null if they come with their rows. */
  private @Nullable Long delay() {
    if (labelDelay == null) {
      return null;
    }
    if (epochs > 1) {
      throw CliError.usage("--label-delay allows one pass, but --epochs was " + epochs);
    }
    return Durations.parse(labelDelay)
        .orElseThrow(
            () ->
                CliError.usage(
                    "--label-delay must be a time such as 30m or 2h, but was " + labelDelay));
  }

  private Settings withInterval(Settings settings) {
    if (interval == null) {
      return settings;
    }
    if (!(interval >= 0 && interval < 1)) {
      throw CliError.usage("--interval must be at least 0 and below 1, but was " + interval);
    }
    return settings.withPublish(settings.output().publish().withInterval(interval));
  }

  private Settings withReasons(Settings settings) {
    if (reasons == null) {
      return settings;
    }
    if (reasons < 0 || reasons > RowColumns.MAX) {
      throw CliError.usage(
          "--reasons must be between 0 and %d, but was %d".formatted(RowColumns.MAX, reasons));
    }
    return settings.withPublish(settings.output().publish().withReasons(reasons));
  }

  private Settings withMetrics(Settings settings) {
    if (epochs < 1) {
      throw CliError.usage("--epochs must be at least 1, but was " + epochs);
    }
    MetricsSpec metrics = settings.metrics();
    Validation given = metrics.validation();
    boolean isIdle = patience != null && patience > 0 && epochs == 1;
    if (isIdle) {
      spec.commandLine()
          .getErr()
          .println("--patience has no effect in one pass over the file. Add --epochs, such as 20.");
    }
    int wait = patience == null || isIdle ? given.patience() : patience;
    double heldOut = fraction != null ? fraction : given.fraction();
    if (fraction == null && heldOut == 0 && wait > 0) {
      heldOut = 0.1;
    }
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw CliError.usage("--validation must be at least 0 and below 1, but was " + heldOut);
    }
    if (wait < 0 || (wait > 0 && heldOut == 0)) {
      throw CliError.usage(
          "--patience must be 0 or more, with examples held out (--validation 0.1), but was "
              + wait);
    }
    Validation validation = new Validation(heldOut, wait);
    return settings.withMetrics(
        metrics.with(
            to -> {
              to.validation = validation;
              to.thresholdMetric = Objects.requireNonNullElse(thresholdMetric, to.thresholdMetric);
            }));
  }

  private void requireTask(CsvScan scan, @Nullable Settings base) {
    if (scan.task() != null && scan.task().hasOutputs()) {
      requireForOutputs();
      return;
    }
    TaskCheck check = new TaskCheck(scan, input(base).classes());
    if (thresholdMetric != null && thresholdMetric != Decision.NONE) {
      check.requireTwoClasses("--threshold-metric " + KebabCase.of(thresholdMetric));
    }
    String ofPipeline = base == null ? null : base.metrics().positiveClass();
    String scored = positive == null ? ofPipeline : positive;
    if (scored != null) {
      String option = positive == null ? "input.positive-class" : "--positive-class";
      check.requireTwoClasses("%s \"%s\"".formatted(option, scored));
      check.requireClass(option, scored);
    }
    if (scan.task() == Task.BINARY) {
      check.requireTwoClasses(task == null ? "input.task binary" : "--task binary");
    }
  }

  private void requireForOutputs() {
    if (positive != null) {
      throw CliError.usage(
          "--positive-class applies to one label of two classes. Remove it; a pipeline file (-c)"
              + " may name the positive-class of each target.");
    }
    if (reasons != null && reasons > 0) {
      throw CliError.usage(
          "--reasons is not supported with sets of labels or several targets. Remove it.");
    }
  }

  private static InputSpec input(@Nullable Settings base) {
    return base == null ? InputSpec.DEFAULT : base.input().spec();
  }

  /** Returns the input with a set of labels or targets; null if there is one label. */
  private @Nullable InputSpec outputs(@Nullable Settings base) {
    InputSpec spec = input(base);
    List<String> columns = file.labels();
    if (base != null && (spec.hasOutputs() || columns.size() > 1 || task == Task.MULTILABEL)) {
      boolean isOther =
          (!columns.isEmpty() && !columns.equals(spec.labelFields()))
              || (task != null && task != spec.task());
      if (isOther) {
        throw CliError.usage(
            ("--label and --task cannot change what %s predicts: %s. Remove the options, or change"
                    + " input.label, input.task or input.targets there.")
                .formatted(config, String.join(", ", spec.labelFields())));
      }
      return spec;
    }
    if (columns.size() > 1 && task != null) {
      throw CliError.usage(
          "--task applies to one label, but --label names %d columns. Remove it; a pipeline file (-c)"
                  .formatted(columns.size())
              + " may set the task of each: input.targets.");
    }
    if (columns.size() > 1) {
      return spec.with(
          to -> to.targets = columns.stream().map(name -> new TargetSpec(name, null)).toList());
    }
    return task == Task.MULTILABEL && columns.size() == 1
        ? spec.with(
            to -> {
              to.label = columns.get(0);
              to.task = task;
            })
        : null;
  }

  private CsvScan scan(@Nullable Settings base) {
    InputSpec outputs = outputs(base);
    CsvInput read = file.of(base);
    if (outputs != null) {
      String column = key == null ? outputs.key() : key;
      boolean isDeclared = base != null && !ExampleSchema.mayDeclareColumns(outputs);
      CsvScan scan = CsvScan.outputs(read, outputs, isDeclared, column, file.drop());
      return base == null ? scan : scan.withInput(outputs);
    }
    String column = file.label(base);
    if (column == null) {
      throw CliError.usage("--label COLUMN is missing: the column to predict.");
    }
    InputSpec spec = input(base);
    String keyColumn = key == null ? spec.key() : key;
    if (spec.forecast() != null) {
      return seriesScan(read, spec, spec.forecast(), keyColumn);
    }
    return CsvScan.of(
        read, spec, column, keyColumn, file.drop(), task == null ? spec.task() : task);
  }

  private CsvScan seriesScan(
      CsvInput read, InputSpec spec, ForecastSpec forecast, @Nullable String keyColumn) {
    String label = file.label();
    if (label != null && !label.equals(forecast.column())) {
      throw CliError.usage(
          "--label \"%s\" is not the pipeline's forecast.column, \"%s\". Remove the option."
              .formatted(label, forecast.column()));
    }
    if (task != null && task != Task.REGRESSION) {
      throw CliError.usage("--task must be regression to forecast numbers. Remove the option.");
    }
    if (labelDelay != null) {
      throw CliError.usage(
          "--label-delay has no effect on forecasts: their label is a value that comes later."
              + " Remove the option.");
    }
    if (forecast.ofTime() && spec.eventTime() == null) {
      throw CliError.usage(
          "forecast.horizons are times, but the pipeline does not name the column of the time. Add"
              + " input.event-time, or count horizons in records: [1, 24].");
    }
    return CsvScan.series(read, forecast.column(), keyColumn, file.drop()).withInput(spec);
  }
}
