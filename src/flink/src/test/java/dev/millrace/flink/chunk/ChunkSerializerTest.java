package dev.millrace.flink.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.testing.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class ChunkSerializerTest {
  private final TypeSerializer<Chunk> serializer = new ChunkSerializer();

  @Test
  void aChunkOfClassesComesBackAsItWas() throws IOException {
    Chunk chunk = chunk(3, "a", "b", "a", "c", "b", "a");

    assertSame(roundTrip(chunk), chunk);
  }

  @Test
  void aChunkOfNumbersComesBackAsItWas() throws IOException {
    Chunk chunk = chunk(2, null, null, null);

    assertSame(roundTrip(chunk), chunk);
    assertThat(roundTrip(chunk).isClassification()).isFalse();
  }

  @Test
  void largeChunksAndWideExamplesComeBackAsTheyWere() throws IOException {
    String[] labels = new String[500];
    Arrays.setAll(labels, i -> "class-" + i % 40);

    assertSame(roundTrip(chunk(300, labels)), chunk(300, labels));
  }

  @Test
  void rowsOfAllKindsComeBackAsTheyWere() throws IOException {
    Chunk chunk = new Chunk();
    for (Example example : ofAllKinds()) {
      assertThat(chunk.accepts(example)).isTrue();
      chunk.add(example);
    }

    Chunk read = roundTrip(chunk);

    assertThat(read.isPlain()).isFalse();
    for (int row = 0; row < chunk.size(); row++) {
      Example example = ofAllKinds().get(row);
      assertThat(read.kind(row)).isEqualTo(example.kind);
      assertThat(read.id(row)).isEqualTo(row == 3 ? null : "id-é-" + row);
      assertThat(read.group(row)).isEqualTo(row % 2 == 0 ? 0 : Long.MIN_VALUE + row);
      assertThat(read.eventTime(row)).isEqualTo(example.eventTime);
      assertThat(read.record(row, Records.TOPIC))
          .usingRecursiveComparison()
          .isEqualTo(example.record);
      if (example.kind.hasFeatures()) {
        assertThat(features(read, row)).containsExactly(Arrays.copyOf(example.features, 3));
      }
      if (example.kind.hasLabel()) {
        assertThat(read.label(read.labelOf(row))).isEqualTo(example.label);
      } else {
        assertThat(read.target(row)).isNaN();
      }
    }
  }

  @Test
  void onlyWhatARowHasMustFitTheChunk() {
    Chunk chunk = new Chunk();
    chunk.add(of(RecordKind.LABEL, 0, "a", 0));
    chunk.add(of(RecordKind.FEATURES, 3, null, 1));

    assertThat(chunk.accepts(of(RecordKind.FEATURES, 3, null, 2))).isTrue();
    assertThat(chunk.accepts(of(RecordKind.FEATURES, 2, null, 2))).isFalse();
    assertThat(chunk.accepts(of(RecordKind.LABEL, 0, "b", 2))).isTrue();
    assertThat(chunk.accepts(of(RecordKind.LABEL, 0, null, 2))).isFalse();
    assertThat(chunk.accepts(of(RecordKind.EXAMPLE, 3, "a", 2))).isTrue();
    assertThat(chunk.accepts(of(RecordKind.EXAMPLE, 3, null, 2))).isFalse();
  }

  @Test
  void rowsOfAChunkHaveTheSameIndicators() throws IOException {
    Chunk chunk = new Chunk();
    chunk.add(of(RecordKind.LABEL, 0, "a", 0));
    Example example = of(RecordKind.EXAMPLE, 3, "a", 1);
    example.indicators = 2;
    chunk.add(example);

    assertThat(chunk.accepts(example)).isTrue();
    assertThat(chunk.accepts(of(RecordKind.LABEL, 0, "b", 2))).isTrue();
    assertThat(chunk.accepts(of(RecordKind.EXAMPLE, 3, "b", 2))).isFalse();
    assertThat(roundTrip(chunk).indicators()).isEqualTo(2);
    assertThat(chunk.copy().indicators()).isEqualTo(2);
    chunk.clear();
    assertThat(chunk.indicators()).isZero();
  }

  @Test
  void rowsOfAChunkDeclareTheSameColumns() throws IOException {
    DeclaredColumns columns =
        DeclaredColumns.of(
            List.of(new FeatureSpec("x", FeatureSpec.Type.NUMERIC, true, List.of(), 0)),
            List.of("a", "b"),
            Task.MULTICLASS);
    Example example = of(RecordKind.EXAMPLE, 3, "a", 0);
    example.columns = columns;
    Chunk chunk = new Chunk();
    chunk.add(example);

    assertThat(chunk.accepts(example)).isTrue();
    assertThat(chunk.accepts(of(RecordKind.LABEL, 0, "b", 1))).isTrue();
    assertThat(chunk.accepts(of(RecordKind.EXAMPLE, 3, "b", 1))).isFalse();
    assertThat(roundTrip(chunk).columns()).isEqualTo(columns);
    assertThat(chunk.copy().columns()).isEqualTo(columns);
    chunk.clear();
    assertThat(chunk.columns()).isNull();
  }

  private static List<Example> ofAllKinds() {
    return List.of(
        of(RecordKind.LABEL, 0, "b", 0),
        of(RecordKind.FEATURES, 3, null, 1),
        of(RecordKind.EXAMPLE, 3, "a", 2),
        of(RecordKind.FEATURES, 3, null, 3),
        of(RecordKind.LABEL, 0, "a", 4));
  }

  private static Example of(RecordKind kind, int width, String label, int i) {
    Example example = example(width, label, i);
    example.kind = kind;
    example.group = i % 2 == 0 ? 0 : Long.MIN_VALUE + i;
    if (i != 3) {
      byte[] id = ("id-é-" + i).getBytes(StandardCharsets.UTF_8);
      example.setId(id, id.length);
    }
    return example;
  }

  @Test
  void aCopySharesNothing() {
    Chunk chunk = chunk(3, "a", "b");
    Chunk copy = serializer.copy(chunk);

    chunk.clear();
    chunk.add(example(3, "z", 9));

    assertSame(copy, chunk(3, "a", "b"));
  }

  @Test
  void aChunkCanBeFilledAgainAfterItWasEmptied() {
    Chunk chunk = chunk(7, "a", "b", "c", "d", "e", "f");
    chunk.clear();
    chunk.add(example(2, "x", 0));
    chunk.add(example(2, "y", 1));

    assertSame(chunk, chunk(2, "x", "y"));
  }

  @Test
  void copiesBytesWithoutMakingAChunk() throws IOException {
    DataOutputSerializer first = new DataOutputSerializer(64);
    serializer.serialize(chunk(3, "a", "b"), first);
    DataOutputSerializer second = new DataOutputSerializer(64);

    serializer.copy(new DataInputDeserializer(first.getCopyOfBuffer()), second);

    assertThat(second.getCopyOfBuffer()).isEqualTo(first.getCopyOfBuffer());
  }

  @Test
  void bytesThatAreCutOffAreRejectedWhereverThatIs() {
    byte[] whole = serialized(chunk(3, "a", "b", "c"));

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> deserialize(cut))
          .as("%d bytes", length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void lengthsThatAreNotPossibleAreNamed() {
    Chunk chunk = chunk(3, "a", "b", "c");
    byte[] whole = serialized(chunk);
    int sizeAt = 2 + "kéy".getBytes(StandardCharsets.UTF_8).length;
    int rowsAt = whole.length - chunk.length();

    assertRejected(
        whole,
        sizeAt,
        Integer.MAX_VALUE,
        "rows of a chunk: 2147483647, where 0 to 262144 are possible");
    assertRejected(whole, sizeAt, 2, "labels of a chunk: 3, where 0 to 2 are possible");
    assertRejected(whole, sizeAt, 4, "rows of a chunk: 4, where 0 to 3 are possible");
    assertRejected(whole, sizeAt + 4, -1, "features of a chunk: -1, where 0 to ");
    assertRejected(whole, sizeAt + 4, 20, "bytes of a row: ");
    assertRejected(whole, sizeAt + 8, 4, "indicators of a chunk: 4, where 0 to 3 are possible");
    assertRejected(whole, sizeAt + 17, -5, "labels of a chunk: -5, where 0 to 3 are possible");
    assertRejected(whole, rowsAt - 4, -5, "bytes of a chunk's rows: -5, where 0 to ");
    assertRejected(whole, rowsAt, 0, "bytes of a row: 0, where ");
    assertRejected(whole, rowsAt, 1 << 6, "bytes of a row: ");
  }

  private void assertRejected(byte[] whole, int at, int value, String message) {
    byte[] damaged = whole.clone();
    ByteBuffer.wrap(damaged).putInt(at, value);
    assertThatThrownBy(() -> deserialize(damaged))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(message)
        .hasMessageEndingWith("; the bytes are damaged");
  }

  private Chunk deserialize(byte[] bytes) throws IOException {
    return serializer.deserialize(new DataInputDeserializer(bytes));
  }

  private byte[] serialized(Chunk chunk) {
    DataOutputSerializer out = new DataOutputSerializer(16);
    try {
      serializer.serialize(chunk, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.getCopyOfBuffer();
  }

  private Chunk roundTrip(Chunk chunk) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(chunk, out);
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    Chunk read = serializer.deserialize(in);
    assertThat(in.available()).isZero();
    return read;
  }

  private static Chunk chunk(int width, String... labels) {
    Chunk chunk = new Chunk();
    for (int i = 0; i < labels.length; i++) {
      chunk.add(example(width, labels[i], i));
    }
    return chunk;
  }

  private static Example example(int width, String label, int i) {
    Example example = new Example();
    example.key = "kéy";
    example.resize(width);
    for (int f = 0; f < width; f++) {
      example.features[f] = f == 0 ? Float.NaN : i * 10 + f;
    }
    example.label = label;
    example.target = label == null ? i / 3.0 : 0;
    example.weight = 1 + i;
    example.eventTime = 1_000L + i;
    example.record = Records.record("kéy", new byte[i], i);
    return example;
  }

  private static void assertSame(Chunk actual, Chunk expected) {
    assertThat(actual.key()).isEqualTo(expected.key());
    assertThat(actual.size()).isEqualTo(expected.size());
    assertThat(actual.width()).isEqualTo(expected.width());
    assertThat(actual.labelCount()).isEqualTo(expected.labelCount());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(features(actual, i)).containsExactly(features(expected, i));
      assertThat(actual.target(i)).isEqualTo(expected.target(i));
      assertThat(actual.weight(i)).isEqualTo(expected.weight(i));
      assertThat(actual.eventTime(i)).isEqualTo(expected.eventTime(i));
      assertThat(actual.record(i, "t"))
          .usingRecursiveComparison()
          .isEqualTo(expected.record(i, "t"));
    }
    for (int l = 0; l < expected.labelCount(); l++) {
      assertThat(actual.label(l)).isEqualTo(expected.label(l));
    }
  }

  private static float[] features(Chunk chunk, int row) {
    float[] features = new float[chunk.width()];
    chunk.copyFeatures(row, row + 1, features);
    return features;
  }
}
