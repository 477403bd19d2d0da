package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.MillraceJob;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.CsvSource;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.Settings;
import dev.millrace.prequential.spec.SnapshotSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;

/**
 * Result of running the job over a CSV file.
 *
 * @param seconds from the start of the job to its end
 * @param rate records per second from the first report to the last; NaN if there was one report
 */
public record Evaluation(
    FinalMetrics metrics,
    FinalModels models,
    DeadLetterCounts deadLetters,
    double seconds,
    double rate) {

  /** Runs the job over a file without a broker, for its final metrics and predictions. */
  public static Evaluation run(
      Settings settings,
      CsvScan scan,
      int epochs,
      @Nullable Long labelDelay,
      Progress progress,
      Consumer<OutputRecord> predictions)
      throws Exception {
    return run(settings, scan, epochs, labelDelay, progress, predictions, report -> {});
  }

  /** Returns the JSON of a record that the job has written. */
  public static JsonNode parsed(ObjectMapper parser, OutputRecord record) {
    try {
      return parser.readTree(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs the job over a file without a broker.
   *
   * @param epochs passes over the file
   * @param labelDelay milliseconds after which the label of a row is known; null for at once
   * @param predictions receives the records of the predictions topic, if the settings have one
   * @param reports receives the records of the metrics and the events topic
   * @throws CliError if the job fails
   */
  static Evaluation run(
      Settings settings,
      CsvScan scan,
      int epochs,
      @Nullable Long labelDelay,
      Progress progress,
      Consumer<OutputRecord> predictions,
      Consumer<String> reports)
      throws Exception {
    Settings atTheEnd =
        settings.withPublish(settings.output().publish().with(SnapshotSpec.AT_THE_END));
    Settings lines = CsvPipeline.ofLines(atTheEnd, scan, epochs, labelDelay != null);
    FinalMetrics metrics =
        new FinalMetrics(settings.input().spec(), settings.metrics().positiveClass());
    FinalModels models = new FinalModels(settings.state().spec().stateBytes());
    DeadLetterCounts deadLetters = new DeadLetterCounts();
    Pace pace = new Pace();
    long start = System.nanoTime();
    Consumer<String> reported =
        json -> {
          MetricsRecords.parse(json).ifPresent(metrics::accept);
          progress.stepTo(metrics.seen());
          pace.at(metrics.examples());
          reports.accept(json);
        };
    try (LocalSink metricsSink = new LocalSink(record -> reported.accept(text(record)));
        LocalSink eventsSink = new LocalSink(record -> reports.accept(text(record)));
        LocalSink predictionsSink = new LocalSink(predictions);
        LocalSink unused = new LocalSink(record -> {});
        LocalSink deadLettersSink = new LocalSink(deadLetters::accept);
        LocalSink modelsSink = new LocalSink(models::accept)) {
      StreamExecutionEnvironment env = LocalFlink.environment(1, LocalFlink.NO_RESTART);
      env.getCheckpointConfig().disableCheckpointing(); // the job starts again from the file
      MillraceJob.build(
          env,
          lines,
          CsvSource.of(scan, lines.input(), epochs, labelDelay),
          new MillraceJob.Sinks(
              metricsSink, predictionsSink, eventsSink, deadLettersSink, modelsSink, unused));
      execute(env);
    }
    return new Evaluation(
        metrics, models, deadLetters, (System.nanoTime() - start) / 1e9, pace.rate());
  }

  private static String text(OutputRecord record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  private static void execute(StreamExecutionEnvironment env) {
    try {
      StreamGraph graph = env.getStreamGraph();
      graph.setJobName("millrace evaluate");
      LocalFlink.start(env, graph, cluster -> {}).getJobExecutionResult().get();
    } catch (Exception e) {
      throw LocalJob.failure(e);
    }
  }

  /** Times of the first and the last report. */
  private static final class Pace {
    private long firstNanos;
    private long firstExamples;
    private long lastNanos;
    private long lastExamples;

    void at(long examples) {
      lastNanos = System.nanoTime();
      lastExamples = examples;
      if (firstExamples == 0) {
        firstNanos = lastNanos;
        firstExamples = examples;
      }
    }

    double rate() {
      return lastNanos == firstNanos
          ? Double.NaN
          : (lastExamples - firstExamples) * 1e9 / (lastNanos - firstNanos);
    }
  }
}
