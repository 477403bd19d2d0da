package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.ColumnsHeader;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The memory of decoding what producers choose, in a small heap. */
class DecoderMemoryTest {

  /** What a producer can do. */
  enum Attack {
    /** Keys whose first record declares many columns, and others after it that declare few. */
    WIDE_KEYS {
      @Override
      void run() throws Exception {
        KeyColumns columns = new KeyColumns(InputSpec.DEFAULT, "t");
        for (int key = 0; key < 4; key++) {
          DeclaredColumns ofKey = columns(oneHot(11_000 + key));
          for (int i = 1; i <= 250; i++) {
            Example example = new Example();
            decode(columns(hashed("c", i)), Map.of("c", "a"), example);
            Chunk chunk = new Chunk();
            chunk.add(example);
            assertThat(columns.decode(ofKey, chunk, letter -> {})).hasSize(1);
          }
        }
      }
    },
    /** Names of attributes that no column has, other ones in each record. */
    NAMES {
      @Override
      void run() throws Exception {
        for (int i = 0; i < 20; i++) {
          Map<String, String> attributes = new TreeMap<>(Map.of("c", "a"));
          for (int n = 0; n < 70_000; n++) {
            attributes.put(Integer.toString(100_000 * i + n, 36), "1");
          }
          decode(columns(hashed("c", 1 + i)), attributes, new Example());
        }
      }
    },
    /** Labels of many targets, other ones in each record. */
    LABELS {
      @Override
      void run() {
        List<TargetSpec> targets =
            IntStream.range(0, 20)
                .mapToObj(
                    t -> new TargetSpec("t" + t, Task.MULTICLASS, List.of(), null, null, null))
                .toList();
        InputSpec spec =
            InputSpec.DEFAULT.with(
                to -> {
                  to.format = InputSpec.Format.JSON;
                  to.features = List.of(hashed("c", 1));
                  to.targets = targets;
                });
        ExampleDecoder ofTargets = new ExampleDecoder(spec);
        String padding = "x".repeat(240);
        for (int i = 0; i < 12_000; i++) {
          StringBuilder json = new StringBuilder("{\"c\":1");
          for (TargetSpec target : targets) {
            String label = target.name() + '-' + i + padding;
            json.append(",\"").append(target.name()).append("\":\"").append(label).append('"');
          }
          byte[] value = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
          assertThat(ofTargets.decode(Records.record("k", value, i), new Example())).isNull();
        }
      }
    },
    /** A text of almost a mebibyte in each record. */
    TEXTS {
      @Override
      void run() throws Exception {
        String text = "word".repeat(250_000);
        for (int i = 0; i < 64; i++) {
          FeatureSpec words =
              FeatureSpec.ofIds("c", FeatureSpec.Type.TEXT, false, new IdOptions(1 + i, 1, 0, 1));
          decode(columns(words), Map.of("c", text), new Example());
        }
      }
    };

    private final ExampleDecoder decoder = new ExampleDecoder(InputSpec.DEFAULT);

    abstract void run() throws Exception;

    void decode(DeclaredColumns columns, Map<String, String> attributes, Example into)
        throws Exception {
      byte[] value =
          new ExampleEncoder()
              .encode("id", "k", 0, "a", 0, 1, new float[0], 0, new int[0], attributes);
      KafkaRecord record =
          KafkaRecord.of("t", 0, 0, 0, "k".getBytes(StandardCharsets.UTF_8), value)
              .withHeader(ColumnsHeader.NAME, columns.bytes());
      @Nullable DeadLetter letter = decoder.decode(record, into);
      assertThat(letter).isNull();
    }

    static DeclaredColumns columns(FeatureSpec column) {
      return DeclaredColumns.of(List.of(column), List.of(), null);
    }

    static FeatureSpec oneHot(int count) {
      List<String> values = new ArrayList<>();
      for (int v = 0; v < count; v++) {
        values.add(Integer.toString(v, 36));
      }
      return new FeatureSpec("c", FeatureSpec.Type.ONE_HOT, false, values, 0);
    }

    static FeatureSpec hashed(String name, int buckets) {
      return new FeatureSpec(name, FeatureSpec.Type.HASH, false, List.of(), buckets);
    }
  }

  /** Runs an attack. */
  static final class Producer {
    public static void main(String[] arguments) throws Exception {
      Attack.valueOf(arguments[0]).run();
      System.out.println("The reader lives.");
    }
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void recordsThatDifferInTheirColumnsAndTextsTakeLittleMemory(Attack attack) {
    List<String> flags = List.of(ChildJvm.MODULE, "-Xmx64m", "-XX:+UseSerialGC");

    assertThat(ChildJvm.run(Producer.class, flags, attack.name())).contains("The reader lives.");
  }
}
