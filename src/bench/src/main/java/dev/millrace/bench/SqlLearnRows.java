package dev.millrace.bench;

import dev.millrace.codec.ExampleEncoder;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/** Generates the same examples as rows of a table and as records of a topic. */
final class SqlLearnRows {
  private static final int FEATURES = 8;
  private static final int FIRST_FEATURE = 2;

  /** Columns {@code k}, {@code y}, and {@code f0} to {@code f7}. */
  static final TypeInformation<Row> TYPE = type();

  private SqlLearnRows() {}

  private static TypeInformation<Row> type() {
    String[] names = new String[FIRST_FEATURE + FEATURES];
    TypeInformation<?>[] types = new TypeInformation<?>[names.length];
    names[0] = "k";
    names[1] = "y";
    types[0] = Types.STRING;
    types[1] = Types.STRING;
    for (int f = 0; f < FEATURES; f++) {
      names[FIRST_FEATURE + f] = "f" + f;
      types[FIRST_FEATURE + f] = Types.FLOAT;
    }
    return Types.ROW_NAMED(names, types);
  }

  static DataGeneratorSource<Row> rows(int count, int keys) {
    return new DataGeneratorSource<>(new Rows(keys), count, TYPE);
  }

  static DataGeneratorSource<KafkaRecord> records(int count, int keys, String topic) {
    return new DataGeneratorSource<>(
        new Records(keys, topic), count, TypeInformation.of(KafkaRecord.class));
  }

  /** One example at a time. */
  private abstract static class Examples<T> implements GeneratorFunction<Long, T> {
    private static final long serialVersionUID = 1L;

    private final int keys;
    final float[] features = new float[FEATURES];
    private transient @Nullable SplittableRandom random;
    transient String key = "";
    transient String label = "";

    Examples(int keys) {
      this.keys = keys;
    }

    @Override
    public void open(SourceReaderContext context) {
      random = new SplittableRandom(1);
    }

    final void next() {
      SplittableRandom random = Objects.requireNonNull(this.random);
      float sum = 0;
      for (int f = 0; f < FEATURES; f++) {
        features[f] = (float) (random.nextDouble() * 2 - 1);
        sum += features[f];
      }
      key = "key-" + random.nextInt(keys);
      label = sum > 0 ? "pos" : "neg";
    }
  }

  private static final class Rows extends Examples<Row> {
    private static final long serialVersionUID = 1L;

    Rows(int keys) {
      super(keys);
    }

    @Override
    public Row map(Long number) {
      next();
      Row row = new Row(FIRST_FEATURE + FEATURES);
      row.setField(0, key);
      row.setField(1, label);
      for (int f = 0; f < FEATURES; f++) {
        row.setField(FIRST_FEATURE + f, features[f]);
      }
      return row;
    }
  }

  private static final class Records extends Examples<KafkaRecord> {
    private static final long serialVersionUID = 1L;
    private static final int[] NONE_MISSING = {};
    // With an old timestamp the job would gather larger chunks to catch up.
    private static final long NO_TIMESTAMP = -1;

    private final String topic;
    private transient @Nullable ExampleEncoder encoder;

    Records(int keys, String topic) {
      super(keys);
      this.topic = topic;
    }

    @Override
    public void open(SourceReaderContext context) {
      super.open(context);
      encoder = new ExampleEncoder();
    }

    @Override
    public KafkaRecord map(Long number) {
      next();
      byte[] value =
          Objects.requireNonNull(encoder)
              .encode("", key, number, label, 0, 1f, features, FEATURES, NONE_MISSING, Map.of());
      byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
      return KafkaRecord.of(topic, 0, number, NO_TIMESTAMP, utf8, value);
    }
  }
}
