package dev.millrace.cli;

import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import dev.millrace.codec.InputSpec;
import java.nio.file.Path;

/** The pipeline for the records that a scanned CSV file becomes. */
final class CsvPipeline {
  private CsvPipeline() {}

  /**
   * A pipeline's settings with the file's columns as features.
   *
   * @param base the pipeline that says everything else, or null for the defaults
   * @param positive the positive class, or null for the pipeline's
   */
  static Settings settings(Settings base, String name, CsvScan scan, String positive) {
    Settings settings = base == null ? defaults(name) : base;
    InputSpec given = settings.input().spec();
    InputSpec spec =
        new InputSpec(
            InputSpec.Format.AVRO,
            null,
            null,
            scan.header().get(scan.labelColumn()),
            null,
            null,
            given.task(),
            given.classes(),
            scan.features(),
            base == null ? given.limits().withRoomFor(scan.classes()) : given.limits());
    settings = settings.withInput(settings.input().withSpec(spec));
    // Totals over all keys are added up from it.
    settings = settings.withMetrics(settings.metrics().withConfusionMatrix());
    return positive == null
        ? settings
        : settings.withMetrics(settings.metrics().withPositive(positive));
  }

  private static Settings defaults(String name) {
    String yaml =
        """
        pipeline: %s
        kafka: { bootstrap.servers: localhost:9092 }
        input: { label: label }
        metrics: { at-latest: off }
        """
            .formatted(name);
    return PipelineFile.parse(name, yaml, Path.of(""));
  }
}
