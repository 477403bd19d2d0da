package dev.millrace.codec.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.data.KafkaRecord;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.prequential.key.PublishedPages;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Models of many ids on a topic: what is written of each, and what readers make of it. */
class ModelSegmentsTest {
  private static final int ID_BYTES = 92;
  private static final int IDS = 10_000;
  private static final long SEED = 5;

  private final Random random = new Random(SEED);
  private final Model model = new Model();
  private final List<OutputRecord> topic = new ArrayList<>();
  private final List<String> incomplete = new ArrayList<>();
  private final ModelAssembler reader = new ModelAssembler(64 << 20, 100, null, listener());
  private PublishedPages published;
  private int segments;

  /** Two tables of ids among other bytes, as champion and challenger have. */
  private static final class Model {
    byte[] before = new byte[1_000];
    byte[] first = new byte[IDS * ID_BYTES];
    byte[] between = new byte[10];
    byte[] second = {};
    byte[] after = new byte[40];

    PagedOutput write() throws IOException {
      PagedOutput out = new PagedOutput(1 << 20);
      out.write(before);
      PagedOutput.beginPages(out);
      out.write(first);
      PagedOutput.endPages(out);
      out.write(between);
      PagedOutput.beginPages(out);
      out.write(second);
      PagedOutput.endPages(out);
      out.write(after);
      return out;
    }

    byte[] bytes() throws IOException {
      return write().toByteArray();
    }
  }

  private ModelAssembler.Listener listener() {
    return new ModelAssembler.Listener() {
      @Override
      public void incomplete(String key) {
        incomplete.add(key);
      }
    };
  }

  private static TrainSpec spec() {
    return Specs.train(Records.undeclared(), Specs.small(1), Specs.METRICS);
  }

  /** Publishes the model as the job does, to the end of the topic, and returns the new records. */
  private List<OutputRecord> publish() throws IOException {
    ModelSegments next = ModelSegments.of(spec(), model.write(), published);
    published = next.pages();
    List<OutputRecord> records = new ArrayList<>(next.records(spec(), "k", 1));
    records.addAll(ModelParts.tombstonesOfSegments(spec(), "k", 1, next.count() + 1, segments));
    segments = next.count();
    topic.addAll(records);
    return records;
  }

  private static Arrival read(ModelAssembler reader, List<OutputRecord> records, int firstOffset)
      throws IOException {
    Arrival last = null;
    int offset = firstOffset;
    for (OutputRecord record : records) {
      Arrival arrival = reader.accept(consumed(record, offset++));
      last = arrival == null ? last : arrival;
    }
    return last;
  }

  private Arrival publishAndRead() throws IOException {
    int offset = topic.size();
    return read(reader, publish(), offset);
  }

  private static KafkaRecord consumed(OutputRecord record, long offset) {
    return new KafkaRecord(
        "models",
        0,
        offset,
        record.timestamp(),
        record.key(),
        record.value(),
        record.headerNames(),
        record.headerValues());
  }

  private void change(int ids) {
    for (int i = 0; i < ids; i++) {
      model.first[ID_BYTES * random.nextInt(model.first.length / ID_BYTES) + 20]++;
    }
    random.nextBytes(model.after);
  }

  private static long bytes(List<OutputRecord> records) {
    return records.stream()
        .mapToLong(record -> record.value() == null ? 0 : record.value().length)
        .sum();
  }

  private static List<Integer> numbers(List<OutputRecord> records) {
    return records.stream().map(record -> ModelParts.number(record.key())).toList();
  }

  @Test
  void aModelOfFewIdsIsOneRecord() throws IOException {
    model.first = new byte[100 * ID_BYTES];

    assertThat(publish())
        .singleElement()
        .satisfies(record -> assertThat(record.value()).isEqualTo(model.bytes()));
    assertThat(published).isNull();
  }

  @Test
  void aChangeIsPublishedAsOneMoreSegment() throws IOException {
    random.nextBytes(model.first);
    assertThat(publishAndRead().bytes()).isEqualTo(model.bytes());
    long whole = bytes(topic);

    change(IDS / 100);
    List<OutputRecord> second = publish();

    assertThat(numbers(second)).containsExactly(2, 0);
    assertThat(bytes(second)).isLessThan(whole / 10);
    assertThat(read(reader, second, 2).bytes()).isEqualTo(model.bytes());
    assertThat(incomplete).isEmpty();
  }

  @Test
  void aModelOfWhichNoIdHasChangedIsItsHeadAlone() throws IOException {
    publishAndRead();
    model.before[0]++;

    List<OutputRecord> second = publish();

    assertThat(numbers(second)).containsExactly(0);
    assertThat(bytes(second)).isLessThan(1_300);
    assertThat(read(reader, second, 2).bytes()).isEqualTo(model.bytes());
  }

  @Test
  void every16thModelHasAllIdsAndTombstonesForTheSegmentsThatItNeedsNoMore() throws IOException {
    publishAndRead();
    for (int i = 0; i < ModelSegments.MAX_ADDITIONS; i++) {
      change(1);
      assertThat(publishAndRead().bytes()).isEqualTo(model.bytes());
    }
    change(1);
    List<OutputRecord> whole = publish();

    assertThat(numbers(whole).subList(0, 3)).containsExactly(1, 0, 2);
    assertThat(numbers(whole)).endsWith(16);
    assertThat(whole.subList(2, whole.size())).hasSize(15).allMatch(r -> r.value() == null);
    assertThat(bytes(whole)).isGreaterThan(model.first.length);
    assertThat(read(reader, whole, 32).bytes()).isEqualTo(model.bytes());
  }

  @Test
  void segmentsDoNotGrowBeyondTwiceTheModel() throws IOException {
    long written = 0;
    for (int i = 0; i < 12; i++) {
      random.nextBytes(model.first);
      Arrival arrival = publishAndRead();
      assertThat(arrival.bytes()).isEqualTo(model.bytes());
      written = Math.max(written, bytes(newest(topic)));
    }
    assertThat(written).isLessThan(2L * model.first.length + 5_000);
  }

  @Test
  void aModelThatIsGivenUpForASmallerOneStartsAgain() throws IOException {
    publishAndRead();
    change(1);
    publishAndRead();
    model.first = Arrays.copyOf(model.first, 5_000 * ID_BYTES);
    assertThat(publishAndRead().bytes()).isEqualTo(model.bytes());
    assertThat(newest(topic)).hasSize(2);

    model.first = new byte[0];
    List<OutputRecord> small = publish();
    assertThat(numbers(small)).containsExactly(0, 1);
    assertThat(read(reader, small, 9).bytes()).isEqualTo(model.bytes());
    assertThat(newest(topic)).hasSize(1);
  }

  /** Returns what compaction leaves: the newest record of each key, in the order of the topic. */
  private static List<OutputRecord> newest(List<OutputRecord> topic) {
    Map<String, OutputRecord> newest = new LinkedHashMap<>();
    for (OutputRecord record : topic) {
      String key = Arrays.toString(record.key());
      newest.remove(key);
      if (record.value() != null) {
        newest.put(key, record);
      }
    }
    return new ArrayList<>(newest.values());
  }

  @Test
  void aReaderOfACompactedTopicHasAPublishedModelOrNoModel() throws IOException {
    List<byte[]> models = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      change(random.nextInt(200));
      if (i % 7 == 3) {
        model.first = Arrays.copyOf(model.first, model.first.length + ID_BYTES * 70);
        model.second = Arrays.copyOf(model.second, model.second.length + ID_BYTES);
        model.between = Arrays.copyOf(model.between, 10 + random.nextInt(30));
      }
      if (i % 11 == 10) {
        published = null; // the job restarts
      }
      assertThat(publishAndRead().bytes()).isEqualTo(model.bytes());
      models.add(model.bytes());
    }
    for (int round = 0; round < 60; round++) {
      int cleaned = random.nextInt(topic.size());
      List<OutputRecord> seen = newest(topic.subList(0, cleaned));
      seen.addAll(topic.subList(cleaned, topic.size()));
      ModelAssembler late = new ModelAssembler(64 << 20, 100, null, ModelAssembler.Listener.NONE);
      byte[] last = null;
      for (OutputRecord record : seen) {
        Arrival arrival = late.accept(consumed(record, 0));
        if (arrival != null) {
          last = arrival.bytes();
          assertThat(models).as("compacted up to %d", cleaned).contains(last);
        }
      }
      assertThat(last).as("compacted up to %d", cleaned).isEqualTo(model.bytes());
      assertThat(late.incomplete()).isZero();
    }
    assertThat(read(ModelAssembler.unlimited(), newest(topic), 0).bytes()).isEqualTo(model.bytes());
  }

  @Test
  void aLostSegmentLeavesTheOldModelAndIsReportedUntilAllIdsComeAgain() throws IOException {
    publishAndRead();
    change(5);
    publishAndRead();
    byte[] key = ModelParts.tombstonesOfSegments(spec(), "k", 1, 2, 2).get(0).key();
    reader.accept(KafkaRecord.of("models", 0, 9, 1, key, null));

    change(5);
    assertThat(publishAndRead()).isNull();

    assertThat(incomplete).containsExactly("k");
    assertThat(reader.incomplete()).isOne();
    assertThat(reader.incompleteKeys()).containsExactly("k");
    int lost = 1;
    while (publishAndRead() == null) {
      lost++;
    }
    assertThat(lost).isEqualTo(ModelSegments.MAX_ADDITIONS - 1);
    assertThat(incomplete).hasSize(lost);
    assertThat(reader.incomplete()).isZero();
  }

  @Test
  void aForgottenKeyHasNoSegmentsForTheModelAfterIt() throws IOException {
    publishAndRead();
    Arrival forgotten = read(reader, ModelParts.tombstones(spec(), "k", 1, 0, 1), topic.size());
    assertThat(forgotten.isForgotten()).isTrue();

    change(1);
    assertThat(publishAndRead()).isNull(); // it has one segment of two
    assertThat(incomplete).containsExactly("k");
  }

  @Test
  void segmentsThatDoNotFitAreReadAgain() throws IOException {
    List<Long> again = new ArrayList<>();
    ModelAssembler small =
        new ModelAssembler(
            1_500_000,
            100,
            place -> {
              again.add(place.offset());
              return topic.get((int) place.offset()).value();
            },
            listener());
    random.nextBytes(model.first);
    publish();
    assertThat(read(small, topic, 0).bytes()).isEqualTo(model.bytes());
    List<OutputRecord> other =
        ModelSegments.of(spec(), model.write(), null).records(spec(), "other", 1);
    assertThat(read(small, other, 100).bytes()).isEqualTo(model.bytes());
    assertThat(again).isEmpty();

    change(3);
    int from = topic.size();
    Arrival second = read(small, publish(), from);

    assertThat(second.bytes()).isEqualTo(model.bytes());
    assertThat(again).containsExactly(0L);
    assertThat(second.places())
        .extracting(ModelAssembler.Place::offset)
        .containsExactly(0L, 2L, 3L);
    assertThat(incomplete).isEmpty();
  }

  @Test
  void aModelThatDoesNotFitAloneIsRejected() throws IOException {
    ModelAssembler small = new ModelAssembler(500_000, 100, place -> null, listener());
    List<OutputRecord> records = publish();

    assertThatThrownBy(() -> small.accept(consumed(records.get(0), 0)))
        .isInstanceOf(IOException.class)
        .hasMessage("the parts of the model need more than 500,000 bytes");
    assertThat(small.accept(consumed(records.get(1), 1))).isNull();
    assertThat(incomplete).containsExactly("k");
  }

  @Test
  void segmentsOfOtherBytesThanTheirHeadNamesAreRejected() throws IOException {
    List<OutputRecord> records = publish();
    records.get(0).value()[100]++;
    reader.accept(consumed(records.get(0), 0));

    assertThatThrownBy(() -> reader.accept(consumed(records.get(1), 1)))
        .isInstanceOf(IOException.class)
        .hasMessage("the segments do not have the digest that their head names");
    assertThat(reader.incomplete()).isZero();
  }

  @Test
  void aLargeHeadIsInParts() throws IOException {
    model.before = new byte[2_500_000];
    random.nextBytes(model.before);
    List<OutputRecord> records = publish();

    assertThat(numbers(records)).containsExactly(1, 1, 2, 0);
    Arrival whole = read(reader, records, 0);
    assertThat(whole.bytes()).isEqualTo(model.bytes());
    assertThat(whole.places())
        .extracting(ModelAssembler.Place::offset)
        .containsExactly(0L, 1L, 2L, 3L);
    change(1);
    assertThat(publishAndRead().bytes()).isEqualTo(model.bytes());
  }

  @Test
  void noModelKeyIsThatOfASegment() {
    byte[] latin = "þ\u0000\u0000\u0000\u0001k".getBytes(StandardCharsets.UTF_8);

    assertThat(ModelParts.isSegment(latin)).isFalse();
    assertThat(ModelParts.isHead(latin)).isTrue();
    assertThat(ModelParts.modelKey(latin)).isEqualTo(latin);
  }
}
