package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settings of a pipeline that reads the records of a scanned CSV file. */
public final class CsvPipeline {
  private static final String ROW_ID = "event_id";

  private CsvPipeline() {}

  /**
   * Returns the settings of a pipeline with the file's columns as features.
   *
   * @param base all other settings; null for the defaults
   * @param positive the positive class; null for the pipeline's
   */
  public static Settings settings(
      @Nullable Settings base, String name, CsvScan scan, @Nullable String positive) {
    Settings settings = base == null ? defaults(name) : base;
    InputSpec read = settings.input().spec();
    InputSpec given = base == null ? withSparseColumns(read, scan) : read;
    boolean hasTargets = !scan.targets().isEmpty();
    InputSpec spec =
        InputSpec.DEFAULT.with(
            to -> {
              to.label = hasTargets ? "" : scan.header().get(scan.labelColumn());
              to.targets = scan.targets().stream().map(CsvPipeline::atOnce).toList();
              to.labelSeparator =
                  base == null && scan.labelSeparator() != null
                      ? scan.labelSeparator()
                      : given.labelSeparator();
              to.weight = column(given, "input.weight", given.weight(), scan);
              to.eventTime = column(given, "input.event-time", given.eventTime(), scan);
              to.task = scan.task() == Task.MULTILABEL || hasTargets ? scan.task() : given.task();
              to.classes = base == null ? scan.declaredClasses() : classes(given, scan);
              to.features = scan.features();
              to.crosses = given.crosses();
              to.derived = given.derived();
              to.limits =
                  base == null ? given.limits().withMinClasses(scan.classes()) : given.limits();
              to.id = id(given, scan);
              to.group = column(given, "metrics.group", given.group(), scan);
              to.forecast = given.forecast();
            });
    boolean isDrafted = base == null && spec.hasOutputs();
    return withMetrics(settings.withInput(settings.input().withSpec(spec)), isDrafted, positive);
  }

  private static Settings withMetrics(
      Settings settings, boolean isDrafted, @Nullable String positive) {
    return settings.withMetrics(
        settings
            .metrics()
            .with(
                to -> {
                  to.confusionMatrix = true; // totals over all keys are computed from it
                  to.thresholdMetric = isDrafted ? Decision.F1 : to.thresholdMetric;
                  to.positiveClass = positive == null ? to.positiveClass : positive;
                }));
  }

  /** Returns the input with the columns of weights and ids that a file of sparse features has. */
  public static InputSpec withSparseColumns(InputSpec spec, CsvScan scan) {
    if (SparseFormat.of(scan.path()) == null) {
      return spec;
    }
    return spec.with(
        to -> {
          to.weight = scan.header().contains(SparseFormat.WEIGHT) ? SparseFormat.WEIGHT : null;
          to.id = scan.header().contains(SparseFormat.ID) ? SparseFormat.ID : null;
        });
  }

  private static List<String> classes(InputSpec given, CsvScan scan) {
    return scan.columns() == null ? given.classes() : given.ofModel(scan.columns()).classes();
  }

  // A row has its labels, or they come after the delay of all.
  private static TargetSpec atOnce(TargetSpec target) {
    return new TargetSpec(
        target.name(), target.task(), target.classes(), target.positiveClass(), null, null);
  }

  /**
   * Returns the settings for CSV lines, whose columns the job reads by name; for the records that
   * {@code produce} sends if these declare their columns.
   *
   * @param epochs passes over the file
   * @param hasDelay true if the label of a row is a line of its own
   */
  public static Settings ofLines(Settings settings, CsvScan scan, int epochs, boolean hasDelay) {
    InputSpec given = settings.input().spec();
    boolean addsId = hasDelay && given.id() == null;
    boolean declares = scan.columns() != null;
    InputSpec records = addsId ? given.with(to -> to.id = ROW_ID) : given;
    InputSpec lines =
        records.with(
            to -> {
              to.format = declares ? InputSpec.Format.AVRO : InputSpec.Format.CSV;
              to.schema = null;
              to.features = declares ? List.of() : records.features();
              to.key = null;
              to.task = scan.task();
              to.labels = hasDelay ? joined(records, scan) : null;
              to.columns = declares ? List.of() : CsvExamples.lineColumns(scan, records);
              to.registry = null;
              to.epochs = epochs > 1;
            });
    return settings
        .withInput(settings.input().withSpec(lines))
        .withMetrics(settings.metrics().with(to -> to.multiclass = scan.task() == Task.MULTICLASS));
  }

  // Every label comes, so none is given up before.
  private static InputSpec.LateLabels joined(InputSpec records, CsvScan scan) {
    String id = Objects.requireNonNull(records.id());
    int rows = (int) Math.min(Integer.MAX_VALUE, scan.rows());
    return new InputSpec.LateLabels(null, id, null, records.label(), Long.MAX_VALUE / 4, rows);
  }

  // Records of the standard schema always have an id: produce generates missing ones.
  private static @Nullable String id(InputSpec given, CsvScan scan) {
    String column = column(given, "input.id", given.id(), scan);
    return column == null ? given.id() : column;
  }

  // Records of the standard schema have these fields even if the file has no such column.
  private static @Nullable String column(
      InputSpec given, String option, @Nullable String name, CsvScan scan) {
    boolean isOptional = given.format() == InputSpec.Format.AVRO && given.schema() == null;
    if (name == null || (isOptional && !scan.header().contains(name))) {
      return null;
    }
    if (scan.labelNames().contains(name)) {
      throw CliError.usage(
          ("--label \"%s\" is the pipeline's %s, so it cannot be predicted. Predict another column,"
                  + " or remove %2$s there.")
              .formatted(name, option));
    }
    return scan.header().get(scan.column(option, name));
  }

  private static Settings defaults(String name) {
    String yaml =
        """
        pipeline: %s
        kafka: { bootstrap.servers: localhost:9092 }
        input: { label: label }
        metrics: { max-interval: off }
        """
            .formatted(name);
    return PipelineFile.parse(name, yaml, Path.of(""));
  }
}
