package dev.millrace.cli.csv;

import dev.millrace.codec.EpochHeader;
import dev.millrace.config.Settings;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
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
   */
  public static DataGeneratorSource<KafkaRecord> of(
      CsvScan scan, Settings.Input input, int epochs) {
    return new DataGeneratorSource<>(
        new Rows(scan, input, epochs),
        Math.multiplyExact(scan.rows(), (long) epochs),
        TypeInformation.of(KafkaRecord.class));
  }

  private static final class Rows implements GeneratorFunction<Long, KafkaRecord> {
    private static final long serialVersionUID = 1L;
    private static final String[] EPOCH_NAME = {EpochHeader.NAME};

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
      examples =
          new CsvExamples(scan, 0, epochs, CsvExamples.Format.AVRO, CsvExamples.Part.ALL, spec, 0);
    }

    @Override
    public KafkaRecord map(Long index) {
      CsvExamples examples = Objects.requireNonNull(this.examples);
      if (!examples.next()) {
        throw new IllegalStateException(scan.path() + " has become shorter while it was read");
      }
      long timestamp = examples.timestamp(eventTimeColumn);
      byte[] key = examples.key().getBytes(StandardCharsets.UTF_8);
      if (epochs == 1) {
        return KafkaRecord.of(topic, 0, index, timestamp, key, examples.line());
      }
      byte[][] epoch = {EpochHeader.encode(examples.epoch())};
      return new KafkaRecord(topic, 0, index, timestamp, key, examples.line(), EPOCH_NAME, epoch);
    }

    @Override
    public void close() {
      if (examples != null) {
        examples.close();
      }
    }
  }
}
