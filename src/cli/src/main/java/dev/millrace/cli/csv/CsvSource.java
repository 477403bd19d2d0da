package dev.millrace.cli.csv;

import dev.millrace.config.Settings;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.jspecify.annotations.Nullable;

/** Bounded source of the rows of a CSV file, as records of CSV lines. */
public final class CsvSource {
  private CsvSource() {}

  /**
   * Returns a source for a parallelism of 1.
   *
   * @param input topic of the records, and the field of their timestamp
   * @param epochs passes over the file; several are named in a header of each record
   * @param labelDelay milliseconds after which the label of a row follows as a record of its own;
   *     null if it is in the record of the row
   */
  public static DataGeneratorSource<KafkaRecord> of(
      CsvScan scan, Settings.Input input, int epochs, @Nullable Long labelDelay) {
    long records = Math.multiplyExact(scan.rows(), (long) epochs);
    return new DataGeneratorSource<>(
        labelDelay == null
            ? new Rows(scan, input, epochs)
            : new RowsAndLabels(scan, input, labelDelay),
        labelDelay == null ? records : Math.multiplyExact(2, records),
        TypeInformation.of(KafkaRecord.class));
  }

  /** Returns the current row as a CSV line, or as the record that {@code produce} sends. */
  private static KafkaRecord record(
      CsvExamples examples,
      InputSpec spec,
      String topic,
      int partition,
      long offset,
      long timestamp) {
    byte[] key = examples.key().getBytes(StandardCharsets.UTF_8);
    boolean isLine = spec.format() == InputSpec.Format.CSV;
    byte[] value = isLine ? examples.line() : examples.value();
    Map<String, byte[]> headers = examples.headers();
    return new KafkaRecord(
        topic,
        partition,
        offset,
        timestamp,
        key,
        value,
        headers.keySet().toArray(String[]::new),
        headers.values().toArray(byte[][]::new));
  }

  private static final class Rows implements GeneratorFunction<Long, KafkaRecord> {
    private static final long serialVersionUID = 1L;
    private final CsvScan scan;
    private final String topic;
    private final InputSpec spec;
    private final int eventTimeColumn;
    private final int epochs;
    private transient @Nullable CsvExamples examples;

    Rows(CsvScan scan, Settings.Input input, int epochs) {
      this.scan = scan;
      this.topic = input.topic();
      this.spec = input.spec();
      String eventTime = spec.eventTime();
      this.eventTimeColumn = eventTime == null ? -1 : scan.header().indexOf(eventTime);
      this.epochs = epochs;
    }

    @Override
    public void open(SourceReaderContext context) {
      examples = new CsvExamples(scan, 0, epochs, CsvExamples.Format.AVRO, RowPart.ALL, spec, 0);
    }

    @Override
    public KafkaRecord map(Long index) {
      CsvExamples examples = Objects.requireNonNull(this.examples);
      if (!examples.next()) {
        throw new IllegalStateException(scan.path() + " has become shorter while it was read");
      }
      long timestamp = examples.timestamp(eventTimeColumn);
      return record(examples, spec, topic, 0, index, timestamp);
    }

    @Override
    public void close() {
      if (examples != null) {
        examples.close();
      }
    }
  }

  /** The features of the rows, and the label of each after a delay. */
  private static final class RowsAndLabels implements GeneratorFunction<Long, KafkaRecord> {
    private static final long serialVersionUID = 1L;
    private static final int LABEL_PARTITION = 1;

    private final CsvScan scan;
    private final String topic;
    private final InputSpec spec;
    private final long delayMillis;
    private final int eventTimeColumn;
    private transient @Nullable CsvExamples features;
    private transient @Nullable CsvExamples labels;
    private transient boolean hasFeatures;
    private transient long rows;
    private transient long labelled;

    RowsAndLabels(CsvScan scan, Settings.Input input, long delayMillis) {
      this.scan = scan;
      this.topic = input.topic();
      this.spec = input.spec();
      this.delayMillis = delayMillis;
      String eventTime = spec.eventTime();
      this.eventTimeColumn = eventTime == null ? -1 : scan.header().indexOf(eventTime);
    }

    @Override
    public void open(SourceReaderContext context) {
      features = examples(RowPart.FEATURES, 0);
      labels = examples(RowPart.LABEL, delayMillis);
      hasFeatures = features.next();
      labels.next();
    }

    private CsvExamples examples(RowPart part, long delay) {
      return new CsvExamples(scan, 0, 1, CsvExamples.Format.AVRO, part, spec, delay);
    }

    // A label that is known by the time of a row comes before it.
    @Override
    public KafkaRecord map(Long index) {
      CsvExamples next = Objects.requireNonNull(features);
      CsvExamples known = Objects.requireNonNull(labels);
      boolean isLabel =
          labelled < rows
              && (!hasFeatures
                  || known.timestamp(eventTimeColumn) <= next.timestamp(eventTimeColumn));
      if (isLabel) {
        KafkaRecord label = record(known, LABEL_PARTITION, labelled++);
        known.next();
        return label;
      }
      if (!hasFeatures) {
        throw new IllegalStateException(scan.path() + " has become shorter while it was read");
      }
      KafkaRecord row = record(next, 0, rows++);
      hasFeatures = next.next();
      return row;
    }

    private KafkaRecord record(CsvExamples examples, int partition, long offset) {
      long timestamp = examples.timestamp(eventTimeColumn);
      return CsvSource.record(examples, spec, topic, partition, offset, timestamp);
    }

    @Override
    public void close() {
      if (features != null) {
        features.close();
      }
      if (labels != null) {
        labels.close();
      }
    }
  }
}
