package dev.millrace.flink.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import dev.millrace.testing.Records;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChunkOperatorTest {
  private OneInputStreamOperatorTestHarness<Example, Chunk> harness;
  private long sent;

  @BeforeEach
  void open() throws Exception {
    harness = new OneInputStreamOperatorTestHarness<>(new ChunkOperator(null));
    harness.setup(new ChunkSerializer());
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void gathersExamplesOfTheSameKeyUntilTheLingerTimeIsOver() throws Exception {
    send("a", 2);
    send("b", 2);
    send("a", 2);
    assertThat(chunks()).isEmpty();

    harness.setProcessingTime(ChunkOperator.LINGER_MILLIS);

    assertThat(chunks()).containsExactlyInAnyOrder("a[0, 2]", "b[1]");
  }

  @Test
  void anExampleOfASeriesGoesToTheModelsOfAllHorizons() throws Exception {
    List<Step> horizons = List.of(new Step("1", 1), new Step("24", 24));
    harness.close();
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ChunkOperator(new ForecastSpec("sold", false, horizons, List.of())));
    harness.setup(new ChunkSerializer());
    harness.open();

    send("a", 2);
    send("b@c", 2);
    send("a", 2);
    harness.prepareSnapshotPreBarrier(1);

    assertThat(chunks())
        .containsExactlyInAnyOrder("a@1[0, 2]", "a@24[0, 2]", "b@c@1[1]", "b@c@24[1]");
  }

  @Test
  void aFullChunkLeavesAtOnce() throws Exception {
    for (int i = 0; i < ChunkOperator.CHUNK_EXAMPLES + 1; i++) {
      send("a", 1);
    }

    assertThat(harness.getOutput()).hasSize(1);
  }

  @Test
  void nothingIsLeftBehindACheckpointBarrier() throws Exception {
    send("a", 1);

    harness.prepareSnapshotPreBarrier(1);

    assertThat(chunks()).containsExactly("a[0]");
  }

  @Test
  void examplesStayBeforeTheWatermarkThatFollowsThem() throws Exception {
    send("a", 1);

    harness.processWatermark(new Watermark(5));

    assertThat(harness.getOutput().toArray()[0]).isInstanceOf(StreamRecord.class);
    assertThat(harness.getOutput().toArray()[1]).isInstanceOf(Watermark.class);
  }

  @Test
  void examplesOfDifferentWidthNeverShareAChunkAndKeepTheirOrder() throws Exception {
    send("a", 1);
    send("a", 2);
    send("a", 2);
    send("a", 1);

    harness.prepareSnapshotPreBarrier(1);

    assertThat(chunks()).containsExactly("a[0]", "a[1, 2]", "a[3]");
  }

  @Test
  void holdsABoundedNumberOfExamples() throws Exception {
    for (int i = 0; i < ChunkOperator.MAX_EXAMPLES + 10; i++) {
      send("key-" + i % 5_000, 1);
    }

    assertThat(sent - examplesOut()).isLessThan(ChunkOperator.MAX_EXAMPLES);
    // The oldest left, and only as many as had to.
    assertThat(chunks().get(0)).startsWith("key-0[");
    assertThat(harness.getOutput()).hasSizeLessThan(15);
  }

  @Test
  void holdsBoundedMemoryWhateverTheNumberOfKeys() throws Exception {
    long least = new Chunk().capacityBytes();
    int most = (int) (ChunkOperator.MAX_BYTES / least);
    for (int i = 0; i < 2 * most; i++) {
      send("key-" + i, 1);
    }

    assertThat((sent - examplesOut()) * least).isLessThanOrEqualTo(ChunkOperator.MAX_BYTES);
  }

  @Test
  void chunksDoNotLeaveEarlyBecauseFormerOnesWereLarge() throws Exception {
    int width = 20;
    sendInTurn(2_500, width, ChunkOperator.CHUNK_EXAMPLES - 1);
    harness.prepareSnapshotPreBarrier(1);
    // They take what fits them now, not what those before took.
    sendInTurn(2_500, width, 2);
    harness.prepareSnapshotPreBarrier(2);
    harness.getOutput().clear();

    sendInTurn(9_000, width, 25);

    assertThat(harness.getOutput()).isEmpty();
  }

  private void sendInTurn(int keys, int width, int examplesOfEach) throws Exception {
    for (int i = 0; i < keys * examplesOfEach; i++) {
      send("key-" + i % keys, width);
    }
  }

  @Test
  void oldRecordsThatComeFastWaitForOthersButNotLongerThanTheLongestLinger() throws Exception {
    long start = 1_000_000_000;
    harness.setProcessingTime(start);
    send("a", 1);

    for (long wait = 0; wait < ChunkOperator.MAX_LINGER_MILLIS; ) {
      assertThat(chunks()).doesNotContain("a[0]");
      for (int i = 0; i < ChunkOperator.CHUNK_EXAMPLES; i++) {
        send("key-" + wait + "-" + i, 1);
      }
      wait += ChunkOperator.LINGER_MILLIS;
      harness.setProcessingTime(start + wait);
    }

    assertThat(chunks()).contains("a[0]");
  }

  @Test
  void oldRecordsThatComeSlowlyDoNotWaitLonger() throws Exception {
    long now = 1_000_000_000;
    harness.setProcessingTime(now);
    send("a", 1);

    harness.setProcessingTime(now + ChunkOperator.LINGER_MILLIS);

    assertThat(chunks()).containsExactly("a[0]");
  }

  private void send(String key, int width) throws Exception {
    Example example = new Example();
    example.key = key;
    example.resize(width);
    example.label = "x";
    example.record = Records.record(key, new byte[10], sent++);
    harness.processElement(new StreamRecord<>(example));
  }

  private int examplesOut() {
    int examples = 0;
    for (Object element : harness.getOutput()) {
      examples += ((Chunk) ((StreamRecord<?>) element).getValue()).size();
    }
    return examples;
  }

  /** Key and offsets of each chunk that came out. */
  private List<String> chunks() {
    List<String> chunks = new ArrayList<>();
    for (Object element : harness.getOutput()) {
      Chunk chunk = (Chunk) ((StreamRecord<?>) element).getValue();
      List<Long> offsets = new ArrayList<>();
      for (int i = 0; i < chunk.size(); i++) {
        offsets.add(chunk.offset(i));
      }
      chunks.add(chunk.key() + offsets);
    }
    return chunks;
  }
}
