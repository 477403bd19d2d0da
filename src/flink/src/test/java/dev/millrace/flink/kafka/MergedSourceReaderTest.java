package dev.millrace.flink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.RecordOutput;
import dev.millrace.kafka.EndOffsets;
import dev.millrace.testing.Patience;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.clock.ManualClock;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class MergedSourceReaderTest {
  // Of the clock, so that records of small times were written long ago.
  private static final long NOW = 1_000_000;

  private final ManualClock clock = new ManualClock(NOW * 1_000_000);
  private final Topics topics = new Topics();
  private final Collected out = new Collected();
  private final MergedSourceReader reader = reader();

  @Test
  void theOldestRecordIsFirstAndOfTheSameTimeThatOfTheFirstTopic() throws Exception {
    topics.write("labels-1", 15, 25);
    topics.write("labels-0", 10, 40);
    topics.write("features-0", 10, 20, 30);
    topics.write("features-1", 25, 10);
    topics.fetchAll();
    reader.addSplits(splits("labels-1", "labels-0", "features-0", "features-1"));

    poll(reader);

    assertThat(out.records)
        .containsExactly(
            "features-0@10",
            "labels-0@10",
            "labels-1@15",
            "features-0@20",
            "features-1@25",
            "features-1@10",
            "labels-1@25",
            "features-0@30",
            "labels-0@40");
  }

  @Test
  void aRecordWaitsForAPartitionWhoseRecordsAreOnTheWay() throws Exception {
    topics.write("features-0", 10, 20, 30);
    topics.write("labels-0", 15);
    topics.fetch("features-0");
    reader.addSplits(splits("features-0", "labels-0"));

    poll(reader);
    CompletableFuture<Void> available = reader.isAvailable();

    assertThat(out.records).isEmpty();
    assertThat(available).isNotDone();

    topics.fetch("labels-0");

    assertThat(available).isDone();
    poll(reader);
    assertThat(out.records)
        .containsExactly("features-0@10", "labels-0@15", "features-0@20", "features-0@30");
  }

  @Test
  void nothingWaitsForAPartitionThatHasNoMoreByTheBrokersWord() throws Exception {
    topics.write("features-0", 10, 20);
    topics.fetchAll();
    reader.addSplits(splits("features-0", "labels-0"));

    poll(reader);

    assertThat(out.records).containsExactly("features-0@10", "features-0@20");
    assertThat(topics.questions).isEqualTo(1);
  }

  @Test
  void theBrokersWordHoldsForAWhile() throws Exception {
    requireWaitsAfterSilenceOf(MergedPartition.FRESH.plusMillis(1));
  }

  @Test
  void aPartitionThatWasSilentForLongIsWaitedForOnceItHasMore() throws Exception {
    requireWaitsAfterSilenceOf(MergedPartition.PATIENCE.multipliedBy(2));
  }

  /** A newer record waits for the older one of a partition that had nothing until then. */
  private void requireWaitsAfterSilenceOf(Duration silence) throws Exception {
    topics.write("features-0", 10);
    topics.fetchAll();
    reader.addSplits(splits("features-0", "labels-0"));
    poll(reader);
    clock.advanceTime(silence);
    topics.write("features-0", 20);
    topics.write("labels-0", 15);
    topics.fetch("features-0");

    poll(reader);

    assertThat(out.records).containsExactly("features-0@10");

    topics.fetch("labels-0");
    poll(reader);

    assertThat(out.records).containsExactly("features-0@10", "labels-0@15", "features-0@20");
  }

  @Test
  void aCurrentRecordDoesNotWait() throws Exception {
    topics.silence();
    topics.write("features-0", NOW - 10, NOW + 10);
    topics.write("labels-0", 10);
    topics.fetch("features-0");
    reader.addSplits(splits("features-0", "labels-0"));

    poll(reader);

    assertThat(out.records).hasSize(2);
    assertThat(topics.questions).isZero();
  }

  @Test
  void aPartitionIsNotWaitedForForEver() throws Exception {
    topics.silence();
    topics.write("features-0", 10, 20);
    topics.write("labels-0", 5, 30);
    topics.fetch("features-0");
    reader.addSplits(splits("features-0", "labels-0"));

    poll(reader);
    clock.advanceTime(MergedPartition.PATIENCE.minusMillis(1));
    poll(reader);

    assertThat(out.records).isEmpty();

    clock.advanceTime(Duration.ofMillis(2));
    poll(reader);

    assertThat(out.records).containsExactly("features-0@10", "features-0@20");

    topics.fetch("labels-0");
    poll(reader);

    assertThat(out.records).as("nor the other one at once").hasSize(2);

    clock.advanceTime(MergedPartition.PATIENCE.plusMillis(1));
    poll(reader);

    assertThat(out.records.subList(2, 4)).containsExactly("labels-0@5", "labels-0@30");
  }

  @Test
  void aBrokerThatDoesNotAnswerIsAskedAgain() throws Exception {
    topics.silence();
    topics.write("features-0", 10);
    topics.fetchAll();
    reader.addSplits(splits("features-0", "labels-0"));

    poll(reader);
    topics.fail();
    poll(reader);
    clock.advanceTime(MergedPartition.FRESH.plusMillis(1));
    poll(reader);
    topics.answer();
    poll(reader);

    assertThat(topics.questions).isEqualTo(2);
    assertThat(out.records).containsExactly("features-0@10");
  }

  @Test
  void nothingIsLostOrDoubledByAnEndAfterAnyRecord() throws Exception {
    topics.write("features-0", 10, 20, 30, 40);
    topics.write("labels-0", 15, 16, 45);
    topics.fetchAll();
    List<String> names = List.of("features-0", "labels-0");
    reader.addSplits(splits("features-0", "labels-0"));
    poll(reader);
    List<String> undisturbed = List.copyOf(out.records);

    for (int end = 0; end < undisturbed.size(); end++) {
      out.records.clear();
      topics.rewind();
      MergedSourceReader first = reader();
      first.addSplits(splits("features-0", "labels-0"));
      for (int i = 0; i < end; i++) {
        assertThat(first.pollNext(out)).isEqualTo(InputStatus.MORE_AVAILABLE);
      }
      List<KafkaPartitionSplit> state = first.snapshotState(1);
      assertThat(state).extracting(KafkaPartitionSplit::splitId).isEqualTo(names);
      MergedSourceReader second = reader();
      second.addSplits(state);
      poll(second);

      assertThat(out.records).as("ended after %d", end).isEqualTo(undisturbed);
    }
  }

  @Test
  void noOffsetOfARecordIsCommittedThatWasNotHandedOn() throws Exception {
    topics.write("features-0", 10, 20);
    topics.write("labels-0", 15);
    topics.fetchAll();
    reader.addSplits(splits("features-0", "labels-0"));

    reader.pollNext(out);
    reader.snapshotState(1);
    reader.notifyCheckpointComplete(1);

    assertThat(topics.committed).containsOnly(Map.entry("features-0", 1L));

    poll(reader);
    reader.snapshotState(2);
    reader.notifyCheckpointComplete(2);

    assertThat(topics.committed)
        .containsOnly(Map.entry("features-0", 2L), Map.entry("labels-0", 1L));
  }

  @Test
  void offsetsAreCommittedOfAPartitionWhoseNextRecordWaitsAtEachCheckpoint() throws Exception {
    topics.write("features-0", 10, 20, 30, 40);
    topics.write("labels-0", 15, 25, 35);
    topics.fetchAll();
    reader.addSplits(splits("features-0", "labels-0"));

    for (int records = 0; records < 3; records++) {
      reader.pollNext(out);
    }
    reader.snapshotState(1);
    reader.notifyCheckpointComplete(1);

    assertThat(topics.committed)
        .as("up to the first record handed on, where another one is next")
        .containsOnly(Map.entry("features-0", 2L), Map.entry("labels-0", 1L));

    for (int records = 0; records < 3; records++) {
      reader.pollNext(out);
    }
    reader.snapshotState(2);
    reader.notifyCheckpointComplete(2);

    assertThat(topics.committed)
        .containsOnly(Map.entry("features-0", 3L), Map.entry("labels-0", 3L));
  }

  @Test
  void theReaderEndsWhenAllPartitionsHave() throws Exception {
    topics.write("features-0", 10, 20);
    topics.fetchAll();
    topics.bound();

    assertThat(reader.pollNext(out)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    CompletableFuture<Void> available = reader.isAvailable();
    assertThat(available).isNotDone();

    reader.addSplits(splits("features-0", "labels-0"));

    assertThat(available).isDone();
    assertThat(poll(reader)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(out.records).containsExactly("features-0@10", "features-0@20");
    available = reader.isAvailable();

    reader.notifyNoMoreSplits();

    assertThat(available).isDone();
    assertThat(poll(reader)).isEqualTo(InputStatus.END_OF_INPUT);
  }

  @Test
  void readersThatWaitForTheirBrokersAreClosedAllAtOnce() throws Exception {
    topics.closeSlowly(3);
    reader.addSplits(splits("features-0", "features-1", "labels-0"));

    reader.close();

    assertThat(topics.closing.getCount()).isZero();
  }

  @Test
  void aSubtaskWithoutPartitionsEnds() throws Exception {
    reader.notifyNoMoreSplits();

    assertThat(reader.pollNext(out)).isEqualTo(InputStatus.END_OF_INPUT);
  }

  /** Polls as a task does, until there is nothing for now or for ever. */
  private InputStatus poll(MergedSourceReader from) throws Exception {
    while (true) {
      InputStatus status = from.pollNext(out);
      if (status == InputStatus.END_OF_INPUT || !from.isAvailable().isDone()) {
        return status;
      }
    }
  }

  private MergedSourceReader reader() {
    return new MergedSourceReader(List.of("features", "labels"), topics::reader, topics, clock);
  }

  private static List<KafkaPartitionSplit> splits(String... names) {
    List<KafkaPartitionSplit> splits = new ArrayList<>();
    for (String name : names) {
      int dash = name.indexOf('-');
      splits.add(
          new KafkaPartitionSplit(
              new TopicPartition(
                  name.substring(0, dash), Integer.parseInt(name.substring(dash + 1))),
              0));
    }
    return splits;
  }

  /** Partitions by name, and how many of their records have reached the readers. */
  private static final class Topics implements EndOffsets {
    private final Map<String, List<KafkaRecord>> written = new HashMap<>();
    private final Map<String, Integer> fetched = new HashMap<>();
    private final Map<String, Long> committed = new HashMap<>();
    private final List<Partition> readers = new ArrayList<>();
    private final ArrayDeque<CompletableFuture<Long>> open = new ArrayDeque<>();
    private CountDownLatch closing = new CountDownLatch(1);
    private boolean bounded;
    private boolean silent;
    private int questions;

    void write(String partition, long... times) {
      int dash = partition.indexOf('-');
      List<KafkaRecord> records = written.computeIfAbsent(partition, name -> new ArrayList<>());
      for (long time : times) {
        records.add(
            KafkaRecord.of(
                partition.substring(0, dash),
                Integer.parseInt(partition.substring(dash + 1)),
                records.size(),
                time,
                null,
                null));
      }
    }

    void fetch(String partition) {
      fetched.put(partition, written.get(partition).size());
      readers.forEach(each -> each.news.complete(null));
    }

    void fetchAll() {
      written.keySet().forEach(this::fetch);
    }

    /** Forgets who has read them. */
    void rewind() {
      readers.clear();
    }

    /** From now on they end where they have been fetched to. */
    void bound() {
      bounded = true;
    }

    /** Questions stay open from now on. */
    void silence() {
      silent = true;
    }

    /** So many readers take as long to close as the slowest of them. */
    void closeSlowly(int readersOfAll) {
      closing = new CountDownLatch(readersOfAll);
    }

    void fail() {
      open.remove().completeExceptionally(new TimeoutException("no broker"));
    }

    void answer() {
      open.remove().complete(0L);
    }

    SourceReader<KafkaRecord, KafkaPartitionSplit> reader(KafkaPartitionSplit split) {
      Partition partition = new Partition(this, split);
      readers.add(partition);
      return partition;
    }

    @Override
    public CompletableFuture<Long> end(TopicPartition partition) {
      questions++;
      CompletableFuture<Long> answer = new CompletableFuture<>();
      if (silent) {
        open.add(answer);
      } else {
        answer.complete((long) written.getOrDefault(partition.toString(), List.of()).size());
      }
      return answer;
    }

    @Override
    public void close() {}
  }

  /** Reads a partition, a record a poll, like Kafka's own. */
  private static final class Partition implements SourceReader<KafkaRecord, KafkaPartitionSplit> {
    private final Topics topics;
    private final KafkaPartitionSplit split;
    private final Map<Long, Long> snapshots = new HashMap<>();
    private long next;
    private CompletableFuture<Void> news = CompletableFuture.completedFuture(null);
    private SourceOutput<KafkaRecord> output;

    Partition(Topics topics, KafkaPartitionSplit split) {
      this.topics = topics;
      this.split = split;
      this.next = split.getStartingOffset();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<KafkaRecord> main) {
      if (output == null) {
        output = main.createOutputForSplit(split.splitId());
      }
      if (next < topics.fetched.getOrDefault(split.splitId(), 0)) {
        KafkaRecord record = topics.written.get(split.splitId()).get((int) next);
        output.collect(record, record.timestamp());
        next++;
        return InputStatus.MORE_AVAILABLE;
      }
      news = new CompletableFuture<>();
      return topics.bounded ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return news;
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
      snapshots.put(checkpointId, next);
      return List.of(RegistrySourceReader.from(split, next));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      Long offset = snapshots.remove(checkpointId);
      if (offset != null) {
        topics.committed.put(split.splitId(), offset);
      }
    }

    @Override
    public void start() {}

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
      assertThat(splits).containsExactly(split);
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() throws Exception {
      topics.closing.countDown();
      if (!topics.closing.await(Patience.MAX.toMinutes(), TimeUnit.MINUTES)) {
        throw new TimeoutException("the other readers are not closed meanwhile");
      }
    }
  }

  /** What came out: partition and time. */
  private static final class Collected extends RecordOutput {
    private final List<String> records = new ArrayList<>();

    @Override
    public void collect(KafkaRecord record) {
      records.add(record.topic() + "-" + record.partition() + "@" + record.timestamp());
    }
  }
}
