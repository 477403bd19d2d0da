package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.TaskCheck;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs the job over a file instead of a topic. */
@Command(
    name = "evaluate",
    description = {
      "Predicts, then learns each row of a CSV file, with the job's own graph and no broker.",
      "Without -c the whole file is looked at first: numbers are numeric features, dates, and",
      "seconds since 1970, become hour and weekday, texts of at most 32 values one-hot, others are",
      "hashed; empty cells, NA, NaN and null are missing."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace evaluate --input pay.csv.gz --label class --positive-class fraud"
    })
public final class EvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "CSV file with a header line, plain or gzip.")
  private Path input;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Pipeline file: its features, model and metrics.")
  private Path config;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "Column to predict (default: the pipeline's input.label).")
  private String label;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description = "Column that names the model a row belongs to (default: one model).")
  private String key;

  @Option(
      names = "--drop",
      paramLabel = "COLUMN",
      split = ",",
      description = "Columns to leave out, separated by commas.")
  private List<String> drop = List.of();

  @Option(
      names = "--positive-class",
      paramLabel = "CLASS",
      description =
          "Class that precision, recall and F1 speak of (default: without -c the rarer one, else"
              + " input.positive-class, else the last by name).")
  private String positive;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "binary, multiclass or regression (default: text and few whole numbers are classes).")
  private Task task;

  @Option(
      names = "--threshold-metric",
      paramLabel = "METRIC",
      converter = DecisionName.class,
      description =
          "Score that the threshold between two classes is tuned for: balanced-accuracy, f1 or"
              + " f-beta; none predicts the most probable class (default: the pipeline's"
              + " metrics.threshold-metric).")
  private Decision thresholdMetric;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "1",
      description = "Passes over the file (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--validation",
      paramLabel = "FRACTION",
      description =
          "Fraction of the rows that no model learns from, 0 to below 1 (default: the pipeline's"
              + " validation.fraction; 0.1 with --patience).")
  private Double fraction;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "Epochs without a better validation loss, after which a model stops to learn (default:"
              + " the pipeline's validation.patience).")
  private Integer patience;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description =
          "Writes what was predicted of each row before it was learned as CSV, with the probability"
              + " of the positive class, or of each of more classes. Rows held out by --validation"
              + " are among them, marked held_out.")
  private Path predictions;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "Writes the model of each key as it is at the end, for predict --model; needs -c.")
  private Path models;

  @Option(names = "--json", description = "Ends with one line of JSON instead of the table.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (models != null && config == null) {
      throw CliError.usage(
          "--models needs -c FILE, which says what the features are when a model is used. Draft it"
              + " with: ./millrace init --input "
              + input);
    }
    Settings base = config == null ? null : PipelineFile.read(config);
    CsvScan scan = scan(base);
    requireTask(scan, base);
    requireOtherFile();
    tellDoubts(scan);
    // Without a pipeline, what init would draft.
    String scored = positive == null && base == null ? scan.rarerClass() : positive;
    Settings settings = withMetrics(CsvPipeline.settings(base, "evaluate", scan, scored));
    if (models != null) {
      OutputFile.createFolder(models);
    }
    Evaluation run;
    String positiveClass = positiveClass(settings, scan);
    PositiveScores scores = positiveClass == null ? null : new PositiveScores(positiveClass);
    long rows = Math.multiplyExact(scan.rows(), (long) epochs);
    try (Progress progress = new Progress("evaluate", rows)) {
      run = run(settings, scan, progress, scores, positiveClass);
    }
    run.deadLetters().lines().forEach(spec.commandLine().getErr()::println);
    if (run.metrics().examples() == 0) {
      throw new CliError("No row of " + input + " could be learned.");
    }
    EvaluationReport report =
        new EvaluationReport(run, epochs, scores == null ? null : scores.compute());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Terminal.printableJson(report.json()));
    } else {
      report.table().forEach(out::println);
    }
    if (models != null) {
      int count = run.models().write(models);
      spec.commandLine().getErr().printf("Wrote %s to %s%n", Plural.of(count, "model"), models);
    }
    return 0;
  }

  private void tellDoubts(CsvScan scan) {
    scan.allDoubts().forEach(spec.commandLine().getErr()::println);
    if (scan.task() == Task.MULTICLASS && scan.classes() > InputSpec.Limits.MAX_CLASSES) {
      spec.commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "Column \"%s\" has some %,d values, and there can be %,d classes: rows of the others"
                  + " are refused. Group them, or predict a number: --task regression.%n",
              scan.header().get(scan.labelColumn()),
              scan.classes(),
              InputSpec.Limits.MAX_CLASSES);
    }
  }

  private void requireOtherFile() throws IOException {
    if (predictions != null && Files.exists(predictions) && Files.isSameFile(predictions, input)) {
      throw CliError.usage("--predictions would write over --input " + input);
    }
  }

  /** Name of the positive class where the task is binary, as the metrics choose it; else null. */
  private static String positiveClass(Settings settings, CsvScan scan) {
    if (scan.task() != Task.BINARY) {
      return null;
    }
    String given = settings.metrics().positive();
    return given != null || scan.labels().isEmpty() ? given : Collections.max(scan.labels());
  }

  private Evaluation run(
      Settings settings,
      CsvScan scan,
      Progress progress,
      PositiveScores scores,
      String positiveClass)
      throws Exception {
    if (predictions == null && scores == null) {
      return Evaluation.run(settings, scan, epochs, progress, prediction -> {});
    }
    Settings predicting = settings.withOutput(settings.output().withPredictions());
    ObjectMapper parser = new ObjectMapper();
    try (PredictionsFile file =
        predictions == null
            ? null
            : new PredictionsFile(predictions, scan, settings.input().spec(), positiveClass)) {
      return Evaluation.run(
          predicting,
          scan,
          epochs,
          progress,
          record -> {
            JsonNode prediction = parsed(parser, record);
            if (scores != null) {
              scores.accept(prediction);
            }
            if (file != null) {
              file.accept(prediction);
            }
          });
    }
  }

  static JsonNode parsed(ObjectMapper parser, OutputRecord record) {
    try {
      return parser.readTree(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
          .println("--patience does nothing in one pass over the file. Give --epochs, such as 20.");
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
    metrics = metrics.withValidation(new Validation(heldOut, wait));
    return settings.withMetrics(
        thresholdMetric == null ? metrics : metrics.withThresholdMetric(thresholdMetric));
  }

  private void requireTask(CsvScan scan, Settings base) {
    TaskCheck check = new TaskCheck(scan, base == null ? List.of() : base.input().spec().classes());
    if (thresholdMetric != null && thresholdMetric != Decision.NONE) {
      check.requireTwoClasses("--threshold-metric " + KebabCase.of(thresholdMetric));
    }
    String pipelines = base == null ? null : base.metrics().positive();
    String scored = positive == null ? pipelines : positive;
    if (scored != null) {
      String option = positive == null ? "input.positive-class" : "--positive-class";
      check.requireTwoClasses("%s \"%s\"".formatted(option, scored));
      check.requireClass(option, scored);
    }
    if (scan.task() == Task.BINARY) {
      check.requireTwoClasses(task == null ? "input.task binary" : "--task binary");
    }
  }

  private CsvScan scan(Settings base) {
    String column = label == null && base != null ? base.input().spec().label() : label;
    if (column == null) {
      throw CliError.usage("--label COLUMN is missing: the column to predict");
    }
    Task given = task == null && base != null ? base.input().spec().task() : task;
    String keyColumn = key == null && base != null ? base.input().spec().key() : key;
    return base == null
        ? CsvScan.drafted(input, column, keyColumn, drop, given)
        : CsvScan.scan(input, column, keyColumn, drop, given).withInput(base.input().spec());
  }

  /** Takes the words that pipeline files use. */
  private static final class DecisionName implements ITypeConverter<Decision> {
    @Override
    public Decision convert(String name) {
      return Stream.of(Decision.values())
          .filter(thresholdMetric -> KebabCase.of(thresholdMetric).equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "must be one of "
                          + Stream.of(Decision.values())
                              .map(KebabCase::of)
                              .collect(Collectors.joining(", "))
                          + ", but was "
                          + name));
    }
  }
}
