package dev.millrace.cli.produce;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.LabelledFile;
import dev.millrace.cli.csv.RowPart;
import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Durations;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.Format;
import dev.millrace.input.TargetSpec;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends the rows of a CSV file to a topic. */
@Command(
    name = "produce",
    description =
        "Sends the rows of a CSV file as Avro records of the standard example schema, or as JSON.",
    footer = {
      "",
      "Example:",
      "  ./millrace produce -c fraud.yaml --input pay.csv.gz --label class --key shop"
    })
public final class ProduceCommand implements Callable<Integer> {
  @Mixin private PipelineBrokerOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Topic to send to (default: the pipeline's input topic).")
  private @Nullable String topic;

  @Mixin private LabelledFile file;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description =
          "Column of the model key (default: with JSON the pipeline's input.key, else one model"
              + " with key \"all\").")
  private @Nullable String key;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "avro, the standard example schema, or json, an object with the columns"
              + " (default: what the pipeline reads, else avro).")
  private CsvExamples.@Nullable Format format;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Max records per second, whose event times are as far apart (default: unlimited, 1 ms"
              + " apart).")
  private double rate = Double.POSITIVE_INFINITY;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Passes over the file (default: ${DEFAULT-VALUE}). For several, the pipeline needs"
              + " input.epochs: true, which reads the number of the pass in each record's header"
              + " millrace.epoch.")
  private int epochs;

  @Option(names = "--limit", paramLabel = "N", description = "Max records.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--label-delay",
      paramLabel = "TIME",
      description =
          "Sends features without label, and each label later by this event time, such as 30s or"
              + " 2h; not the label of input.labels.on-timeout.")
  private @Nullable String labelDelay;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    requireUsage();
    Settings settings = kafka.settings();
    if (settings != null) {
      requireInput(settings.input().spec());
    }
    CsvExamples.Format read = settings == null ? null : format(settings);
    CsvScan scan = scan(settings);
    CsvExamples.Format encoding = read == null ? format(scan) : read;
    scan.allWarnings().forEach(spec.commandLine().getErr()::println);
    if (encoding == CsvExamples.Format.AVRO) {
      warnOfUndeclaredColumns(settings == null ? reader() : settings.input().spec(), scan);
    }
    String target = kafka.topic(topic, s -> s.input().topic(), DefaultTopic.EXAMPLES);
    kafka.requireTopic(target);

    long total = Math.min(limit, Math.multiplyExact(scan.rows(), (long) epochs));
    Long delay = delay();
    long startMillis = CsvExamples.startMillis(total, rate) - (delay == null ? 0 : delay);
    InputSpec reader = reader(settings, scan);
    Progress progress = new Progress("produce", total);
    try (StopSignal stop = new StopSignal();
        CsvExamples examples =
            new CsvExamples(
                    scan,
                    startMillis,
                    epochs,
                    encoding,
                    delay == null ? RowPart.ALL : RowPart.FEATURES,
                    reader,
                    0)
                .paced(rate);
        DelayedLabelProducer labels =
            delay == null ? null : labels(reader, scan, encoding, startMillis, delay, target);
        CsvProducer producer = new CsvProducer(kafka.kafka(), target)) {
      try (progress) {
        producer.send(examples, labels, total, rate, stop, progress);
      }
      summarize(labels == null ? target : target + ", labels to " + labels.topic(), progress);
    }
    return 0;
  }

  /** Returns the input that reads the records; null if it is not known. */
  private @Nullable InputSpec reader(@Nullable Settings settings, CsvScan scan) {
    if (settings != null) {
      return settings.input().spec();
    }
    return file.isSparse() ? CsvPipeline.withSparseColumns(InputSpec.DEFAULT, scan) : null;
  }

  private void requireInput(InputSpec read) {
    if (epochs > 1 && !read.epochs()) {
      throw usage(
          "--epochs %d needs input: { epochs: true } in %s, or the job reads all passes as one."
              .formatted(epochs, kafka.config()));
    }
    if (labelDelay != null && read.labels() == null) {
      throw usage(
          ("--label-delay needs input.labels in %s, such as labels: { topic: fraud.labels };"
                  + " see docs/late-labels.md")
              .formatted(kafka.config()));
    }
  }

  /** Returns a producer of the labels, for the topic from which the pipeline reads them. */
  private DelayedLabelProducer labels(
      @Nullable InputSpec reader,
      CsvScan scan,
      CsvExamples.Format encoding,
      long startMillis,
      long delay,
      String target) {
    InputSpec.LateLabels read = reader == null ? null : reader.labels();
    String ownTopic = read == null ? null : read.topic();
    String topic = ownTopic == null ? target : ownTopic;
    if (!topic.equals(target)) {
      kafka.requireTopic(topic);
    }
    CsvExamples rows =
        new CsvExamples(scan, startMillis, epochs, encoding, RowPart.LABEL, reader, delay);
    return new DelayedLabelProducer(rows.paced(rate), topic);
  }

  /** Returns the delay of labels in ms; null if they are sent with their features. */
  private @Nullable Long delay() {
    if (labelDelay == null) {
      return null;
    }
    return Durations.parse(labelDelay)
        .orElseThrow(
            () -> usage("--label-delay must be a time such as 30s or 2h, but was " + labelDelay));
  }

  private void requireUsage() {
    if (!(rate > 0)) {
      throw usage("--rate must be above 0, but was " + rate);
    }
    if (epochs < 1) {
      throw usage("--epochs must be at least 1, but was " + epochs);
    }
    if (epochs > 1 && labelDelay != null) {
      throw usage("--label-delay allows one pass, but --epochs was " + epochs);
    }
    if (limit < 1) {
      throw usage("--limit must be at least 1, but was " + limit);
    }
  }

  private CsvScan scan(@Nullable Settings settings) {
    Task task = null;
    CsvInput read = file.of(settings);
    if (settings != null) {
      InputSpec spec = settings.input().spec();
      if (spec.hasOutputs()) {
        return outputs(read, spec);
      }
      task = spec.task();
      // The standard schema has a field of its own for it.
      key = key == null && spec.format() == InputSpec.Format.JSON ? spec.key() : key;
    }
    String label = file.label(settings);
    if (label == null) {
      throw usage("--label COLUMN is missing: the column to predict.");
    }
    List<TargetSpec> targets = targets(CsvScan.columns(file.path(), label));
    if (!targets.isEmpty() && settings != null) {
      throw CliError.usage(
          "--label names %d columns, but %s has one label (input.label). Name them there: targets: [%s]"
              .formatted(targets.size(), kafka.config(), label));
    }
    if (!targets.isEmpty()) {
      return CsvScan.outputs(
          read, InputSpec.DEFAULT.with(to -> to.targets = targets), true, key, file.drop());
    }
    InputSpec reader = settings == null ? reader() : settings.input().spec();
    return CsvScan.of(read, reader, label, key, file.drop(), task);
  }

  private void warnOfUndeclaredColumns(InputSpec reader, CsvScan scan) {
    if (scan.columns() == null && ExampleSchema.mayDeclareColumns(reader)) {
      spec.commandLine()
          .getErr()
          .printf(
              "The columns of %s take more than %,d bytes, so records do not declare them: the job"
                  + " reads numbers in their order, and all texts as 64 hashed features. Declare"
                  + " them in the pipeline file: ./millrace init --input %1$s%n",
              file.path(), DeclaredColumns.MAX_BYTES);
    }
  }

  /** Returns the input of a pipeline that is not known. */
  private InputSpec reader() {
    boolean isJson = format == CsvExamples.Format.JSON;
    return InputSpec.DEFAULT.with(to -> to.format = isJson ? Format.JSON : Format.AVRO);
  }

  /** Scans the file for a pipeline with a set of labels or targets. */
  private CsvScan outputs(CsvInput read, InputSpec spec) {
    if (file.label() != null && !Set.copyOf(file.labels()).equals(Set.copyOf(spec.labelFields()))) {
      throw CliError.usage(
          "--label \"%s\" is not what %s predicts: %s. Remove the option."
              .formatted(file.label(), kafka.config(), String.join(", ", spec.labelFields())));
    }
    String keyColumn = key == null && spec.format() == InputSpec.Format.JSON ? spec.key() : key;
    boolean isDeclared = !ExampleSchema.mayDeclareColumns(spec);
    return CsvScan.outputs(read, spec, isDeclared, keyColumn, file.drop()).withInput(spec);
  }

  /** Returns the targets of several columns; none for one column. */
  private static List<TargetSpec> targets(List<String> columns) {
    return columns.size() == 1
        ? List.of()
        : columns.stream().map(column -> new TargetSpec(column, null)).toList();
  }

  /** Returns the format of records that no pipeline reads yet. */
  private CsvExamples.Format format(CsvScan scan) {
    boolean hasTargets = !scan.targets().isEmpty();
    if (hasTargets && format == CsvExamples.Format.AVRO) {
      throw CliError.usage(
          ("--format avro, but the standard example schema has one label, and --label names %d"
                  + " columns. Use --format json.")
              .formatted(scan.targets().size()));
    }
    return format != null ? format : hasTargets ? CsvExamples.Format.JSON : CsvExamples.Format.AVRO;
  }

  /** Returns the format that the pipeline reads. */
  private CsvExamples.Format format(Settings settings) {
    InputSpec spec = settings.input().spec();
    boolean json = spec.format() == InputSpec.Format.JSON;
    if (spec.format() == InputSpec.Format.CSV) {
      throw CliError.usage(
          kafka.config()
              + " reads CSV lines (input.format); produce sends the standard example schema or"
              + " JSON.");
    }
    if (!json && (spec.format() != InputSpec.Format.AVRO || spec.schema() != null)) {
      throw CliError.usage(
          kafka.config()
              + " reads records of its own schema (input.schema);"
              + " produce sends the standard example schema or JSON.");
    }
    CsvExamples.Format read = json ? CsvExamples.Format.JSON : CsvExamples.Format.AVRO;
    if (format != null && format != read) {
      throw CliError.usage(
          "--format %s, but %s reads %s (input.format)."
              .formatted(KebabCase.of(format), kafka.config(), KebabCase.of(read)));
    }
    return read;
  }

  private void summarize(String target, Progress progress) {
    double seconds = progress.seconds();
    spec.commandLine()
        .getOut()
        .printf(
            "Sent %s to %s in %.1f s (%,.0f records/s). Next: ./millrace run -c %s%n",
            Plural.of(progress.done(), "record"),
            target,
            seconds,
            progress.done() / seconds,
            kafka.config() == null ? "PIPELINE.yaml" : kafka.config());
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
