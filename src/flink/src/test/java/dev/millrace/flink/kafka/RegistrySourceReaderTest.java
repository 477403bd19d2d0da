package dev.millrace.flink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.codec.registry.RegistryAlarm;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.RecordOutput;
import dev.millrace.testing.Records;
import dev.millrace.testing.StubRegistry;
import dev.millrace.testing.StubRegistry.Mode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistrySourceReaderTest {
  private static final byte[] OF_SCHEMA_7 = {0, 0, 0, 0, 7, 1};
  private static final byte[] OF_SCHEMA_8 = {0, 0, 0, 0, 8, 1};
  private static final byte[] SINGLE_OBJECT = {(byte) 0xC3, 1, 0, 0, 0, 0, 0};

  private final StubRegistry registry =
      new StubRegistry().with(7, "{\"type\":\"record\",\"name\":\"A\",\"fields\":[]}");
  private final Topic topic = new Topic();
  private final Collected out = new Collected();
  private final Gauges gauges = new Gauges();
  private final RegistrySourceReader reader =
      new RegistrySourceReader(
          topic, RegisteredSchemas.acquire(registry.spec(), RegistryAlarm.INSTANCE), 10, gauges);

  @AfterEach
  void close() throws Exception {
    reader.close();
    registry.close();
  }

  @Test
  void recordsOfOtherFramingsAndTombstonesPass() throws Exception {
    topic.add(SINGLE_OBJECT, null, new byte[] {0});

    readAll();

    assertThat(out.offsets).containsExactly(0L, 1L, 2L);
    assertThat(registry.questions()).isZero();
  }

  @Test
  void recordsComeInOrderOnceTheSchemaIsThere() throws Exception {
    topic.add(OF_SCHEMA_7, OF_SCHEMA_7, SINGLE_OBJECT, OF_SCHEMA_8, OF_SCHEMA_7);

    readAll();

    assertThat(out.offsets).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(registry.questions()).isEqualTo(2);
  }

  @Test
  void inAnOutageARecordIsHeldBackAndTheTaskStaysFree() throws Exception {
    registry.setMode(Mode.FAILING);
    topic.add(SINGLE_OBJECT, OF_SCHEMA_7, SINGLE_OBJECT);

    for (int i = 0; i < 3; i++) {
      assertThat(reader.pollNext(out)).isEqualTo(InputStatus.MORE_AVAILABLE);
    }
    assertThat(reader.pollNext(out)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(reader.isAvailable()).isNotDone();
    await().until(() -> (long) gauges.value("registry_failures") > 2);

    assertThat(gauges.value("registry_waiting")).isEqualTo(1);
    assertThat(reader.isAvailable()).isNotDone();
    assertThat(out.offsets).containsExactly(0L);

    registry.setMode(Mode.WELL);
    readAll();

    assertThat(out.offsets).containsExactly(0L, 1L, 2L);
    assertThat(gauges.value("registry_waiting")).isEqualTo(0);
  }

  @Test
  void aHeldRecordIsUnreadInACheckpoint() throws Exception {
    registry.setMode(Mode.FAILING);
    topic.add(SINGLE_OBJECT, OF_SCHEMA_7);
    reader.pollNext(out);
    reader.pollNext(out);

    List<KafkaPartitionSplit> splits = reader.snapshotState(1);
    reader.notifyCheckpointComplete(1);

    assertThat(splits)
        .containsExactlyInAnyOrder(
            new KafkaPartitionSplit(new TopicPartition("other", 0), 40, 90),
            new KafkaPartitionSplit(new TopicPartition(Records.TOPIC, 0), 1, 100));
    assertThat(topic.completed).as("offsets that were committed").isEmpty();

    registry.setMode(Mode.WELL);
    readAll();
    assertThat(reader.snapshotState(2).get(1).getStartingOffset()).isEqualTo(2);
    reader.notifyCheckpointComplete(2);
    assertThat(topic.completed).containsExactly(2L);
  }

  @Test
  void recordsBehindAreReadAheadSoThatTheirSchemasAreAskedForTogether() throws Exception {
    registry.setMode(Mode.SILENT);
    topic.add(OF_SCHEMA_7, SINGLE_OBJECT, OF_SCHEMA_8, OF_SCHEMA_7, new byte[] {0, 0, 0, 0, 9, 1});

    while (reader.pollNext(out) == InputStatus.MORE_AVAILABLE) {
      assertThat(out.offsets).isEmpty();
    }

    await().until(() -> registry.questions() == 3);
    topic.forgetsEndedSplits = true;
    assertThat(reader.snapshotState(1))
        .as("the split has ended, and its records were not read")
        .contains(new KafkaPartitionSplit(new TopicPartition(Records.TOPIC, 0), 0, 5));
  }

  @Test
  void noMoreIsReadAheadThanFitsIntoMemory() throws Exception {
    registry.setMode(Mode.SILENT);
    byte[] large = new byte[1 << 19];
    large[4] = 7;
    topic.add(large, large, large, large);

    while (reader.pollNext(out) == InputStatus.MORE_AVAILABLE) {
      assertThat(topic.records).isNotEmpty();
    }

    assertThat(topic.records).hasSize(2);
    assertThat(reader.isAvailable()).isNotDone();
  }

  /** Polls as a task does, until there is nothing more. */
  private void readAll() throws Exception {
    while (true) {
      CompletableFuture<Void> available = reader.isAvailable();
      await().until(available::isDone);
      if (reader.pollNext(out) == InputStatus.END_OF_INPUT) {
        return;
      }
    }
  }

  /** A topic of two partitions of which one is read; like Kafka's own, a record a poll. */
  private static final class Topic implements SourceReader<KafkaRecord, KafkaPartitionSplit> {
    private final ArrayDeque<KafkaRecord> records = new ArrayDeque<>();
    private final List<Long> completed = new ArrayList<>();
    private SourceOutput<KafkaRecord> output;
    private long next;
    private long end;
    private boolean forgetsEndedSplits;

    void add(byte[]... values) {
      for (byte[] value : values) {
        records.add(Records.record("k", value, end++));
      }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<KafkaRecord> main) {
      output = output == null ? main.createOutputForSplit("0") : output;
      KafkaRecord record = records.poll();
      if (record == null) {
        return InputStatus.END_OF_INPUT;
      }
      output.collect(record, record.timestamp());
      next = record.offset() + 1;
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
      KafkaPartitionSplit other = new KafkaPartitionSplit(new TopicPartition("other", 0), 40, 90);
      return forgetsEndedSplits
          ? List.of(other)
          : List.of(
              other, new KafkaPartitionSplit(new TopicPartition(Records.TOPIC, 0), next, 100));
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      completed.add(checkpointId);
    }

    @Override
    public void start() {}

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {}

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  /** What came out. */
  private static final class Collected extends RecordOutput {
    private final List<Long> offsets = new ArrayList<>();

    @Override
    public void collect(KafkaRecord record) {
      offsets.add(record.offset());
    }
  }

  /** The gauges of all groups, by name. */
  private static final class Gauges extends UnregisteredMetricsGroup {
    private final Map<String, Gauge<?>> byName = new HashMap<>();

    @Override
    public MetricGroup addGroup(String name) {
      return this;
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
      byName.put(name, gauge);
      return gauge;
    }

    Object value(String name) {
      return byName.get(name).getValue();
    }
  }
}
