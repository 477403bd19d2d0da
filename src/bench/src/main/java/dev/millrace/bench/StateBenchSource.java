package dev.millrace.bench;

import dev.millrace.codec.ExampleEncoder;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.jspecify.annotations.Nullable;

/** Generates records of many keys, then keeps the job running for a checkpoint. */
final class StateBenchSource {
  /** Features of a record. */
  static final int FEATURES = 8;

  /** Ids of a record that has any. */
  static final int IDS_OF_RECORD = 100;

  // A prime above any number of keys: its multiples visit all keys, far apart.
  private static final long STEP = 2_147_483_647L;

  private StateBenchSource() {}

  /**
   * Returns a source for a parallelism of 1.
   *
   * @param rounds records of each key
   */
  static DataGeneratorSource<KafkaRecord> of(int keys, int rounds, String topic) {
    return source(new Rows(keys, topic), (long) keys * rounds);
  }

  /**
   * Returns a source of records with {@link #IDS_OF_RECORD} ids each: in the first two phases each
   * key has all of its ids once, in the third one the first hundredth of them again and again.
   *
   * @param rounds records of each key in a phase
   * @param phases at least 3
   */
  static DataGeneratorSource<KafkaRecord> withIds(
      int keys, int ids, int rounds, int phases, String topic) {
    return source(new IdRows(keys, ids, rounds, topic), (long) keys * rounds * phases);
  }

  private static DataGeneratorSource<KafkaRecord> source(
      GeneratorFunction<Long, KafkaRecord> rows, long records) {
    return new DataGeneratorSource<>(
        rows, Long.MAX_VALUE, new Budget(records), TypeInformation.of(KafkaRecord.class));
  }

  private static String key(long number, int keys) {
    return "key-" + number % keys * STEP % keys;
  }

  private record IdRows(int keys, int ids, int rounds, String topic)
      implements GeneratorFunction<Long, KafkaRecord> {

    @Override
    public KafkaRecord map(Long number) {
      String key = key(number, keys);
      long record = number / keys;
      long known = record < 2L * rounds ? ids : Math.max(1, ids / 100);
      StringBuilder line = new StringBuilder(key).append(record % 2 == 0 ? ",c0," : ",c1,");
      for (int i = 0; i < Math.min(IDS_OF_RECORD, ids); i++) {
        line.append(i == 0 ? "" : " ").append((record * IDS_OF_RECORD + i) % known);
      }
      byte[] value = line.toString().getBytes(StandardCharsets.UTF_8);
      return KafkaRecord.of(topic, 0, number, Rows.NO_TIMESTAMP, null, value);
    }
  }

  private static final class Rows implements GeneratorFunction<Long, KafkaRecord> {
    private static final long serialVersionUID = 1L;
    private static final int[] NONE_MISSING = {};
    // With an old timestamp the job would gather larger chunks to catch up.
    private static final long NO_TIMESTAMP = -1;

    private final int keys;
    private final String topic;
    private final float[] row = new float[FEATURES];
    private transient @Nullable SplittableRandom random;
    private transient @Nullable ExampleEncoder encoder;

    Rows(int keys, String topic) {
      this.keys = keys;
      this.topic = topic;
    }

    @Override
    public void open(SourceReaderContext context) {
      random = new SplittableRandom(1);
      encoder = new ExampleEncoder();
    }

    @Override
    public KafkaRecord map(Long number) {
      SplittableRandom random = Objects.requireNonNull(this.random);
      ExampleEncoder encoder = Objects.requireNonNull(this.encoder);
      double sum = 0;
      for (int f = 0; f < FEATURES; f++) {
        row[f] = (float) (random.nextDouble() * 2 - 1);
        sum += row[f];
      }
      String key = key(number, keys);
      byte[] value =
          encoder.encode(
              "", key, number, sum > 0 ? "c1" : "c0", 0, 1f, row, FEATURES, NONE_MISSING, Map.of());
      return KafkaRecord.of(
          topic, 0, number, NO_TIMESTAMP, key.getBytes(StandardCharsets.UTF_8), value);
    }
  }

  /** Stops after this many records without ending the source. */
  private record Budget(long records) implements RateLimiterStrategy<NumberSequenceSplit> {
    @Override
    public RateLimiter<NumberSequenceSplit> createRateLimiter(int parallelism) {
      return new RateLimiter<>() {
        private long left = records;

        @Override
        public CompletionStage<Void> acquire(int wanted) {
          left -= wanted;
          return left >= 0 ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
        }
      };
    }
  }
}
