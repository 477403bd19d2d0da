package dev.millrace.codec.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.KafkaRecord;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Heads and parts that cannot be true are rejected, and nothing of them is kept. */
class ModelAssemblerTest {
  private static final String[] NAMES = {ModelParts.DIGEST_HEADER, ModelParts.PARTS_HEADER};
  private static final byte[] MODEL = {1, 2, 3, 4, 5};

  private final ModelAssembler topic = ModelAssembler.unlimited();
  private final List<String> evicted = new ArrayList<>();
  private final ModelAssembler.Listener listener =
      new ModelAssembler.Listener() {
        @Override
        public void evicted(String key) {
          evicted.add(key);
        }
      };

  @Test
  void partsThatAreOfAModelBecomeIt() throws IOException {
    assertThat(topic.accept(head("2", ModelParts.digest(MODEL), 1, 2))).isNull();

    assertThat(topic.accept(part(1, ModelParts.digest(MODEL), 3, 4, 5)).bytes()).isEqualTo(MODEL);
    assertThat(topic.incomplete()).isZero();
  }

  @Test
  void aHeadOfImpossiblyManyPartsIsRejected() {
    assertRejected(
        head("2147483647", "d"),
        "parts of a model: 2147483647, where 2 to 2148 are possible; the bytes are damaged");
    assertRejected(
        head("-1", "d"),
        "parts of a model: -1, where 2 to 2148 are possible; the bytes are damaged");
    assertRejected(head("many", "d"), "the number of parts is not a number");
    assertRejected(head("2", null), "the parts of the model have no digest");
    assertThat(topic.incomplete()).isZero();
  }

  @Test
  void aPartOfAnImpossibleNumberIsRejected() {
    assertRejected(
        part(-5, "d"),
        "number of a model's part: -5, where 1 to 2147 are possible; the bytes are damaged");
    assertRejected(
        part(2_148, "d"),
        "number of a model's part: 2148, where 1 to 2147 are possible; the bytes are damaged");
  }

  @Test
  void partsOfOtherBytesThanTheyNameAreRejected() throws IOException {
    topic.accept(head("2", ModelParts.digest(MODEL), 1, 2));

    assertRejected(
        part(1, ModelParts.digest(MODEL), 3, 4, 6),
        "the bytes of the model do not have the digest that it names");
    assertThat(topic.incomplete()).isZero();
  }

  @Test
  void aModelOfOtherBytesThanItNamesIsRejectedAndTheOneBeforeItStays() throws IOException {
    OutputRecord written =
        ModelParts.split(
                Specs.train(Records.undeclared(), Specs.small(1), Specs.METRICS), "k", 1, MODEL)
            .get(0);
    assertThat(topic.accept(consumed(written)).bytes()).isEqualTo(MODEL);

    written.value()[3]++;
    assertRejected(
        consumed(written), "the bytes of the model do not have the digest that it names");
  }

  private static KafkaRecord consumed(OutputRecord record) {
    return new KafkaRecord(
        "models",
        0,
        0,
        1,
        record.key(),
        record.value(),
        record.headerNames(),
        record.headerValues());
  }

  @Test
  void aHeadWithPartsBehindThoseThatItNamesIsRejected() throws IOException {
    topic.accept(part(2, "d", 1));

    assertRejected(head("2", "d"), "the parts of the model are not those that its head names");
    assertThat(topic.incomplete()).isZero();
  }

  @Test
  void aSegmentBeyondTheLimitOfAModelIsRejected() {
    ModelAssembler small = new ModelAssembler(1_000_000, 100, null, listener);

    assertThatThrownBy(() -> small.accept(keyed((byte) 0xFE, "k", 101, "d", 1)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("number of a model's segment: 101, where 1 to 100 are possible");
  }

  @Test
  void partsOfModelsThatNeverGetWholeAreForgottenOldestFirst() throws IOException {
    ModelAssembler small = new ModelAssembler(10_000, 100, null, listener);
    small.accept(headOf("a", "2", ModelParts.digest(MODEL), 1, 2));
    for (int other = 0; other < 1_000; other++) {
      small.accept(headOf("k" + other, "2", "digest"));
      assertThat(small.incomplete()).isLessThan(20);
    }
    assertThat(evicted).startsWith("a", "k0", "k1").doesNotContain("k999").doesNotHaveDuplicates();

    assertThat(small.accept(partOf("a", 1, ModelParts.digest(MODEL), 3, 4, 5))).isNull();
    small.accept(partOf("b", 1, ModelParts.digest(MODEL), 3, 4, 5));
    assertThat(small.accept(headOf("b", "2", ModelParts.digest(MODEL), 1, 2)).bytes())
        .isEqualTo(MODEL);
  }

  @Test
  void aModelWhosePartsNeedAllMemoryIsRejected() {
    ModelAssembler small = new ModelAssembler(10_000, 100, null, listener);

    assertThatThrownBy(() -> small.accept(partOf("a", 1, "d", new int[10_000])))
        .isInstanceOf(IOException.class)
        .hasMessage("the parts of the model need more than 10,000 bytes");
    assertThat(evicted).containsExactly("a");
    assertThat(small.incomplete()).isZero();
  }

  private void assertRejected(KafkaRecord record, String message) {
    assertThatThrownBy(() -> topic.accept(record))
        .isInstanceOf(IOException.class)
        .hasMessage(message);
  }

  private static KafkaRecord head(String parts, String digest, int... bytes) {
    return headOf("k", parts, digest, bytes);
  }

  private static KafkaRecord headOf(String key, String parts, String digest, int... bytes) {
    return record(utf8(key), new byte[][] {utf8(digest), utf8(parts)}, bytes);
  }

  private static KafkaRecord part(int number, String digest, int... bytes) {
    return partOf("k", number, digest, bytes);
  }

  private static KafkaRecord partOf(String of, int number, String digest, int... bytes) {
    return keyed((byte) 0xFF, of, number, digest, bytes);
  }

  private static KafkaRecord keyed(byte mark, String of, int number, String digest, int... bytes) {
    byte[] name = utf8(of);
    byte[] key = ByteBuffer.allocate(5 + name.length).put(mark).putInt(number).put(name).array();
    return record(key, new byte[][] {utf8(digest), null}, bytes);
  }

  private static KafkaRecord record(byte[] key, byte[][] headers, int... bytes) {
    byte[] value = new byte[bytes.length];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) bytes[i];
    }
    return new KafkaRecord("models", 0, 0, 0, key, value, NAMES, headers);
  }

  private static byte[] utf8(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
