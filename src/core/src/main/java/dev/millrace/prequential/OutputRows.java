package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.RecordKind;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.SharedNetwork;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.prequential.spec.OutputSpecs;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a record with several labels the records that the models of its outputs see: with one
 * label, and with the units of the shared network among the features. Each uses the memory of the
 * one before. Not thread-safe.
 */
final class OutputRows {
  private final String topic;
  private final Workspace workspace;
  private final Example example = new Example();
  private final Chunk single = new Chunk();
  private float[] withoutUnits = {};
  private float[] features = {};

  /**
   * @param topic of the features
   */
  OutputRows(String topic, Workspace workspace) {
    this.topic = topic;
    this.workspace = workspace;
  }

  /** Uses the features of a row, with the units of the shared network for them. */
  void useFeatures(OutputsState outputs, Chunk chunk, int row) {
    int inputs = outputs.shared.inputs();
    if (withoutUnits.length < inputs) {
      withoutUnits = new float[inputs];
    }
    fit(inputs + SharedNetwork.UNITS);
    chunk.copyFeatures(row, row + 1, withoutUnits);
    outputs.shared.addUnits(withoutUnits, outputs.unitsAt, features, workspace);
  }

  /** Uses features that waited for their labels, with the units of the time when they came. */
  void useFeatures(PendingFeatures pending) {
    fit(pending.features().length);
    System.arraycopy(pending.features(), 0, features, 0, pending.features().length);
  }

  private void fit(int width) {
    if (features.length < width) {
      features = new float[width];
    }
  }

  /**
   * Returns the record of one output.
   *
   * @param kind whether the features that were set last are part of it
   * @param label null if the record has none of this output
   */
  Chunk chunk(
      OutputsState outputs,
      String output,
      Chunk chunk,
      int row,
      RecordKind kind,
      @Nullable Label label) {
    fill(outputs, output, chunk, row, kind, label);
    single.clear();
    single.add(example, chunk.timestamp(row));
    return single;
  }

  private void fill(
      OutputsState outputs,
      String output,
      Chunk chunk,
      int row,
      RecordKind kind,
      @Nullable Label label) {
    example.key = OutputSpecs.key(chunk.key(), output);
    example.kind =
        !kind.hasFeatures()
            ? RecordKind.LABEL
            : label == null ? RecordKind.FEATURES : RecordKind.EXAMPLE;
    int width = kind.hasFeatures() ? outputs.shared.inputs() + SharedNetwork.UNITS : 0;
    example.resize(width);
    System.arraycopy(features, 0, example.features, 0, width);
    example.indicators = kind.hasFeatures() ? outputs.shared.inputs() - outputs.unitsAt : 0;
    example.label = label == null ? null : label.name();
    example.target = label == null ? Double.NaN : label.number();
    example.weight = chunk.weight(row);
    example.group = chunk.group(row);
    example.eventTime = chunk.eventTime(row);
    example.epoch = chunk.epoch() == 0 ? 0 : outputs.counters.epoch;
    String id = chunk.id(row);
    if (id == null) {
      example.clearId();
    } else {
      byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
      example.setId(utf8, utf8.length);
    }
    // Only what metrics and predictions name.
    example.record =
        KafkaRecord.of(
            topic, chunk.partition(row), chunk.offset(row), chunk.timestamp(row), null, null);
  }
}
