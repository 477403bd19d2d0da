package dev.millrace.codec.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.models.ModelRecords.Segment;
import dev.millrace.data.KafkaRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The work of a reader for each record of a key that it keeps records of. */
class ModelRecordsTest {
  private static final int SEGMENTS = 10_000;
  private static final String DIGEST = "22222222222222222222222222222222";

  private final CountedMap segments = new CountedMap();
  private final ModelRecords records = new ModelRecords(() -> segments);

  /** Counts the entries that its user looks at. */
  private static final class CountedMap extends HashMap<Integer, Segment> {
    private static final long serialVersionUID = 1L;

    private long entries;

    @Override
    public Segment get(Object number) {
      entries++;
      return super.get(number);
    }

    @Override
    public Segment put(Integer number, Segment segment) {
      entries++;
      return super.put(number, segment);
    }

    @Override
    public Collection<Segment> values() {
      entries += size();
      return super.values();
    }

    @Override
    public Set<Entry<Integer, Segment>> entrySet() {
      entries += size();
      return super.entrySet();
    }
  }

  @Test
  void segmentsThatNeverBecomeAModelCostTheSameEach() throws IOException {
    for (int number = 1; number <= SEGMENTS; number++) {
      records.putSegment(number, segment(DIGEST));
      assertThat(records.complete("k", null)).isNull();
    }

    assertThat(records.bytes()).isEqualTo(SEGMENTS * 257L);
    assertThat(segments.entries).isEqualTo(SEGMENTS);
  }

  @Test
  void segmentsBehindAHeadThatWaitsCostTheSameEach() throws IOException {
    for (int number = 1; number <= SEGMENTS; number++) {
      records.putSegment(number, segment(DIGEST));
    }
    String other = DIGEST.replace('2', '3');
    List<String> digests = Collections.nCopies(SEGMENTS, other);
    byte[] head = new SegmentedHead(DIGEST, digests, List.of(), new byte[0]).encode();
    records.putHead(
        record(
            head,
            ModelParts.DIGEST_HEADER,
            ModelParts.digest(head),
            ModelParts.SEGMENTS_HEADER,
            "1"));
    assertThat(records.complete("k", null)).isNull();
    segments.entries = 0;

    for (int number = 1; number < SEGMENTS; number++) {
      records.putSegment(number, segment(other));
      assertThat(records.complete("k", null)).isNull();
    }
    assertThat(records.hasHead()).isTrue();

    assertThat(segments.entries).isEqualTo(SEGMENTS - 1);
  }

  @Test
  void droppedValuesAndModelsLeaveNoBytes() throws IOException {
    ModelRecords fresh = new ModelRecords();
    fresh.putSegment(1, segment(DIGEST));
    fresh.putSegment(2, segment(DIGEST));
    fresh.putSegment(2, record(null));
    fresh.dropValues();
    assertThat(fresh.bytes()).isEqualTo(256);
    assertThat(fresh.wholeBytes()).isEqualTo(257);
    assertThat(fresh.valueBytes()).isZero();

    fresh.putSegment(1, segment(DIGEST));
    assertThat(fresh.valueBytes()).isOne();
    fresh.putHead(record(new byte[10]));
    fresh.dropModel();
    assertThat(fresh.isEmpty()).isTrue();
    assertThat(fresh.wholeBytes()).isZero();
  }

  private static KafkaRecord segment(String digest) {
    return record(new byte[1], ModelParts.DIGEST_HEADER, digest);
  }

  private static KafkaRecord record(byte[] value, String... headers) {
    String[] names = new String[headers.length / 2];
    byte[][] values = new byte[names.length][];
    for (int h = 0; h < names.length; h++) {
      names[h] = headers[2 * h];
      values[h] = headers[2 * h + 1].getBytes(StandardCharsets.UTF_8);
    }
    return new KafkaRecord("models", 0, 0, 0, new byte[] {'k'}, value, names, values);
  }
}
